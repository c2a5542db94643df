"""``ModelQualityMonitor``: answers held against their truth, by the SDK's arguments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from driftline.analysis.labelled import LabelledFiles, read_labelled
from driftline.analysis.tables import Columns
from driftline.quality.choosing import Attributes
from driftline.quality.run import quality_run
from driftline.quality.samples import THRESHOLD
from driftline.sagemaker.ignored import LOGGER, ignoring
from driftline.sagemaker.model_monitor.arguments import Input, the_input, uri_of
from driftline.sagemaker.model_monitor.dataset_format import shape_of
from driftline.sagemaker.model_monitor.inputs import BatchTransformInput, EndpointInput
from driftline.sagemaker.model_monitor.jobs import BaseliningJob
from driftline.sagemaker.model_monitor.monitor import ModelMonitor
from driftline.sagemaker.model_monitor.monitoring_files import Constraints
from driftline.sagemaker.quality_running import QualityRunner, problem_of


class ModelQualityMonitor(ModelMonitor):
    """Accuracy, recall, errors … of answers whose truth is known by now. No worker does this: it runs in this process."""

    kind = "ModelQuality"
    runner = QualityRunner

    @ignoring("post_analytics_processor_script")
    def suggest_baseline(
        self,
        baseline_dataset: str,
        dataset_format: Mapping[str, Any],
        problem_type: str,
        inference_attribute: str | None = None,
        probability_attribute: str | int | None = None,
        ground_truth_attribute: str | None = None,
        probability_threshold_attribute: float | None = None,
        post_analytics_processor_script: str | None = None,
        output_s3_uri: str | None = None,
        wait: bool = False,
        logs: bool = False,
        job_name: str | None = None,
    ) -> BaseliningJob:
        """Metrics of labelled rows, and limits at these values; it is over when this returns.

        Raises BaselineError for data that cannot be read, ConfigError for attributes that name nothing.
        """
        name, folder = self._baseline_folder(job_name, output_s3_uri)
        columns = Columns(None, "yes" if shape_of(dataset_format).header else "no")
        rows = read_labelled(LabelledFiles([self.sagemaker_session.path(baseline_dataset)], columns=columns))
        threshold = THRESHOLD if probability_threshold_attribute is None else probability_threshold_attribute
        probability = None if probability_attribute is None else str(probability_attribute)
        attributes = Attributes(inference_attribute, probability, ground_truth_attribute, threshold)
        outcome = quality_run(rows.rows, problem_of(problem_type), attributes)
        for note in (*rows.notes, *outcome.notes):
            LOGGER.warning("%s", note)
        for document in outcome.files.values():
            document.write(folder / document.name)
        return self._made(name, folder)

    def create_monitoring_schedule(
        self,
        endpoint_input: str | EndpointInput | None = None,
        ground_truth_input: str | None = None,
        problem_type: str | None = None,
        record_preprocessor_script: str | None = None,
        post_analytics_processor_script: str | None = None,
        output_s3_uri: str | None = None,
        constraints: Constraints | str | None = None,
        monitor_schedule_name: str | None = None,
        schedule_cron_expression: str | None = None,
        enable_cloudwatch_metrics: bool = True,
        batch_transform_input: BatchTransformInput | None = None,
        data_analysis_start_time: str | None = None,
        data_analysis_end_time: str | None = None,
    ) -> None:
        """Make the schedule; ``ground_truth_input`` is a URI of records of truth, or a topic where captures are in Kafka.

        Raises ValueError for no input or two, or a second schedule, ConfigError and BaselineError for what cannot be used.
        """
        if record_preprocessor_script:
            LOGGER.warning(
                "create_monitoring_schedule ignores record_preprocessor_script: attributes name cells as they came"
            )
        given = the_input(endpoint_input, batch_transform_input)
        job = {
            "constraints": uri_of(self.suggested_constraints() if constraints is None else constraints),
            "problem": problem_of(problem_type).value,
            "truth": ground_truth_input or "",
            "postprocess": post_analytics_processor_script or "",
            **_attributes(given),
        }
        fields = {
            **self._timing(schedule_cron_expression, data_analysis_start_time, data_analysis_end_time),
            "output": self._output(output_s3_uri, monitor_schedule_name),
            "emit_metrics": enable_cloudwatch_metrics,
        }
        self._create(monitor_schedule_name, given, job, fields)


def _attributes(given: Input) -> dict[str, Any]:
    probability = given.probability_attribute
    return {
        "inference": given.inference_attribute,
        "probability": None if probability is None else str(probability),
        "threshold": given.probability_threshold_attribute,
        "start_offset": given.start_time_offset or "",
        "end_offset": given.end_time_offset or "",
        "header": shape_of(given.dataset_format).header if isinstance(given, BatchTransformInput) else True,
    }
