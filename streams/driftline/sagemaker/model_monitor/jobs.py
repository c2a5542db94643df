"""Jobs that are over: a baselining job, and an execution of a schedule, with the files that they left."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from driftline.contracts.execution import execution_name
from driftline.errors import ReportError
from driftline.sagemaker.executions import job_document
from driftline.sagemaker.ignored import ignoring
from driftline.sagemaker.model_monitor.inputs import MonitoringOutput
from driftline.sagemaker.model_monitor.monitoring_files import Constraints, ConstraintViolations, Statistics
from driftline.sagemaker.session import Session
from driftline.schedules.book import Recorded

_OUTPUT = "/opt/ml/processing/output"


class BaseliningJob:
    """A baseline that was suggested: it ran in this process, and is over."""

    def __init__(self, session: Session, job_name: str, folder: Path) -> None:
        self.session = session
        self.job_name = job_name
        self.output = MonitoringOutput(_OUTPUT, session.uri(folder))
        self.outputs = [self.output]

    def baseline_statistics(self, file_name: str = "statistics.json", kms_key: object = None) -> Statistics:
        """The statistics that it wrote."""
        return Statistics.from_s3_uri(f"{self.output.destination}/{file_name}", None, self.session)

    def suggested_constraints(self, file_name: str = "constraints.json", kms_key: object = None) -> Constraints:
        """The constraints that it wrote."""
        return Constraints.from_s3_uri(f"{self.output.destination}/{file_name}", None, self.session)

    def describe(self) -> dict[str, Any]:
        """What DescribeProcessingJob would say."""
        outputs = [{"OutputName": "monitoring_output", "S3Output": {"S3Uri": self.output.destination}}]
        return {
            "ProcessingJobName": self.job_name,
            "ProcessingJobStatus": "Completed",
            "ProcessingOutputConfig": {"Outputs": outputs},
        }

    def wait(self, logs: bool = True) -> None:
        """It is over."""

    def stop(self) -> None:
        """It is over."""


class MonitoringExecution:
    """One execution of a schedule."""

    def __init__(self, session: Session, recorded: Recorded) -> None:
        report = recorded.execution.report
        self.session = session
        self.job_name = execution_name(recorded.execution)
        self.output = MonitoringOutput(_OUTPUT, session.uri(report) if report else "")
        self.outputs = [self.output]
        self._recorded = recorded

    def describe(self) -> dict[str, Any]:
        """What DescribeProcessingJob would say: ProcessingJobStatus, ExitMessage, FailureReason, the output's URI."""
        return job_document(self._recorded, self.output.destination)

    @ignoring("kms_key")
    def statistics(self, file_name: str = "statistics.json", kms_key: object = None) -> Statistics:
        """The statistics of the window. ReportError where there is no report, BaselineError where it was taken away."""
        return Statistics.from_s3_uri(self._file(file_name), None, self.session)

    @ignoring("kms_key")
    def constraint_violations(
        self, file_name: str = "constraint_violations.json", kms_key: object = None
    ) -> ConstraintViolations:
        """The violations of the window; an empty list if there were none. Raises as `statistics`."""
        return ConstraintViolations.from_s3_uri(self._file(file_name), None, self.session)

    def wait(self, logs: bool = True) -> None:
        """It is over, or never will be: nothing is waited for."""

    def stop(self) -> None:
        """It is over."""

    def _file(self, name: str) -> str:
        if not self.output.destination:
            told = self.describe()
            raise ReportError(f"{self.job_name} left no report: {told['ProcessingJobStatus']}: {told['ExitMessage']}")
        return f"{self.output.destination}/{name}"
