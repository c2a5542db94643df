"""``DefaultModelMonitor``: data quality, baseline and schedule, by the SDK's arguments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from driftline.sagemaker.baselining import DataSet, suggested
from driftline.sagemaker.ignored import ignoring
from driftline.sagemaker.model_monitor.arguments import Input, the_input, uri_of
from driftline.sagemaker.model_monitor.data_quality_monitoring_config import DataQualityMonitoringConfig
from driftline.sagemaker.model_monitor.dataset_format import shape_of
from driftline.sagemaker.model_monitor.inputs import BatchTransformInput, EndpointInput
from driftline.sagemaker.model_monitor.jobs import BaseliningJob
from driftline.sagemaker.model_monitor.monitor import ModelMonitor
from driftline.sagemaker.model_monitor.monitoring_files import Constraints, Statistics

RESOURCES = (
    "instance_count",
    "instance_type",
    "volume_size_in_gb",
    "volume_kms_key",
    "output_kms_key",
    "max_runtime_in_seconds",
    "env",
    "network_config",
    "role",
)


class DefaultModelMonitor(ModelMonitor):
    """Model Monitor's own analysis of tabular data, on Kafka or on files."""

    @ignoring("post_analytics_processor_script", "job_name")
    def suggest_baseline(
        self,
        baseline_dataset: str,
        dataset_format: Mapping[str, Any],
        record_preprocessor_script: str | None = None,
        post_analytics_processor_script: str | None = None,
        output_s3_uri: str | None = None,
        wait: bool = True,
        logs: bool = True,
        job_name: str | None = None,
        monitoring_config_override: DataQualityMonitoringConfig | None = None,
    ) -> BaseliningJob:
        """Statistics and constraints of training data, in this process: it is over when this returns.

        Raises BaselineError for data that cannot be read, ConfigError for arguments that make no sense.
        """
        session = self.sagemaker_session
        name, folder = self._baseline_folder(job_name, output_s3_uri)
        data = DataSet(session.path(baseline_dataset), shape_of(dataset_format))
        script = session.path(record_preprocessor_script) if record_preprocessor_script else None
        suggested(data, folder, script, monitoring_config_override)
        return self._made(name, folder)

    def create_monitoring_schedule(
        self,
        endpoint_input: str | EndpointInput | None = None,
        record_preprocessor_script: str | None = None,
        post_analytics_processor_script: str | None = None,
        output_s3_uri: str | None = None,
        constraints: Constraints | str | None = None,
        statistics: Statistics | str | None = None,
        monitor_schedule_name: str | None = None,
        schedule_cron_expression: str | None = None,
        enable_cloudwatch_metrics: bool = True,
        batch_transform_input: BatchTransformInput | None = None,
        data_analysis_start_time: str | None = None,
        data_analysis_end_time: str | None = None,
    ) -> None:
        """Make the schedule. With ``CronExpressionGenerator.now()`` its range is judged before this returns.

        Raises ValueError for no input or two, or a second schedule, ConfigError and BaselineError for what cannot be used.
        """
        given = the_input(endpoint_input, batch_transform_input)
        job = {
            **self._baseline_uris(statistics, constraints),
            **self._scripts(record_preprocessor_script, post_analytics_processor_script),
            "header": _header(given),
        }
        fields = {
            **self._timing(schedule_cron_expression, data_analysis_start_time, data_analysis_end_time),
            **_script_names(record_preprocessor_script, post_analytics_processor_script),
            "output": self._output(output_s3_uri, monitor_schedule_name),
            "emit_metrics": enable_cloudwatch_metrics,
        }
        self._create(monitor_schedule_name, given, job, fields)

    @ignoring(*RESOURCES)
    def update_monitoring_schedule(
        self,
        endpoint_input: str | EndpointInput | None = None,
        record_preprocessor_script: str | None = None,
        post_analytics_processor_script: str | None = None,
        output_s3_uri: str | None = None,
        statistics: Statistics | str | None = None,
        constraints: Constraints | str | None = None,
        schedule_cron_expression: str | None = None,
        instance_count: int | None = None,
        instance_type: str | None = None,
        volume_size_in_gb: int | None = None,
        volume_kms_key: str | None = None,
        output_kms_key: str | None = None,
        max_runtime_in_seconds: int | None = None,
        env: Mapping[str, str] | None = None,
        network_config: object = None,
        enable_cloudwatch_metrics: bool | None = None,
        role: str | None = None,
        batch_transform_input: BatchTransformInput | None = None,
        data_analysis_start_time: str | None = None,
        data_analysis_end_time: str | None = None,
    ) -> None:
        """Change what is named, and leave the rest. Raises as `create_monitoring_schedule`."""
        given: Input | None = None
        if endpoint_input is not None or batch_transform_input is not None:
            given = the_input(endpoint_input, batch_transform_input)
        job = {
            "statistics": uri_of(statistics),
            "constraints": uri_of(constraints),
            **self._scripts(record_preprocessor_script, post_analytics_processor_script),
        }
        fields = {
            "expression": schedule_cron_expression,
            "analysis_start": data_analysis_start_time,
            "analysis_end": data_analysis_end_time,
            "output": self._output(output_s3_uri, None) if output_s3_uri else None,
            "emit_metrics": enable_cloudwatch_metrics,
            **_script_names(record_preprocessor_script, post_analytics_processor_script),
        }
        self._update(given, {name: value for name, value in job.items() if value}, fields)

    def _baseline_uris(
        self, statistics: Statistics | str | None, constraints: Constraints | str | None
    ) -> dict[str, str]:
        """What was given, else what was suggested last."""
        if statistics is None and constraints is None:
            statistics, constraints = self.baseline_statistics(), self.suggested_constraints()
        return {"statistics": uri_of(statistics), "constraints": uri_of(constraints)}

    def _scripts(self, preprocess: str | None, postprocess: str | None) -> dict[str, str]:
        return {"preprocess": preprocess or "", "postprocess": postprocess or ""}


def _script_names(preprocess: str | None, postprocess: str | None) -> dict[str, str]:
    """File names, by which workers recognise their own scripts: code is never named by a message."""
    named = {"preprocess": preprocess, "postprocess": postprocess}
    return {kind: uri.rpartition("/")[2] for kind, uri in named.items() if uri}


def _header(given: Input) -> bool:
    return shape_of(given.dataset_format).header if isinstance(given, BatchTransformInput) else True
