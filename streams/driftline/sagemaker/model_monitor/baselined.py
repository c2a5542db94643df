"""A monitor's arguments, and the baselines that it has suggested."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from driftline.errors import ConfigError
from driftline.sagemaker.ignored import LOGGER, ignoring
from driftline.sagemaker.model_monitor.arguments import named
from driftline.sagemaker.model_monitor.jobs import BaseliningJob
from driftline.sagemaker.model_monitor.monitoring_files import Constraints, Statistics
from driftline.sagemaker.session import Session, session_of


class Baselined:
    """What there is of a monitor before it has a schedule. Roles, machines, keys, networks and tags are ignored."""

    @ignoring(
        "role",
        "instance_count",
        "instance_type",
        "volume_size_in_gb",
        "volume_kms_key",
        "output_kms_key",
        "max_runtime_in_seconds",
        "env",
        "tags",
        "network_config",
    )
    def __init__(
        self,
        role: str | None = None,
        instance_count: int | None = None,
        instance_type: str | None = None,
        volume_size_in_gb: int | None = None,
        volume_kms_key: str | None = None,
        output_kms_key: str | None = None,
        max_runtime_in_seconds: int | None = None,
        base_job_name: str | None = None,
        sagemaker_session: object = None,
        env: Mapping[str, str] | None = None,
        tags: object = None,
        network_config: object = None,
    ) -> None:
        if sagemaker_session is not None and not isinstance(sagemaker_session, Session):
            LOGGER.warning("%s ignores sagemaker_session: one of driftline.sagemaker is wanted", type(self).__name__)
        self.sagemaker_session = session_of(sagemaker_session)
        self.base_job_name = base_job_name
        self.latest_baselining_job: BaseliningJob | None = None
        self.baselining_jobs: list[BaseliningJob] = []

    def baseline_statistics(self, file_name: str = "statistics.json") -> Statistics:
        """The statistics of the latest baseline. ConfigError when none was suggested."""
        return self._baselined().baseline_statistics(file_name)

    def suggested_constraints(self, file_name: str = "constraints.json") -> Constraints:
        """The constraints of the latest baseline."""
        return self._baselined().suggested_constraints(file_name)

    def describe_latest_baselining_job(self) -> dict[str, Any]:
        """What DescribeProcessingJob would say of it."""
        return self._baselined().describe()

    def _baselined(self) -> BaseliningJob:
        if self.latest_baselining_job is None:
            raise ConfigError(
                "no baseline was suggested: call suggest_baseline first, or name statistics and constraints"
            )
        return self.latest_baselining_job

    def _baseline_folder(self, job_name: str | None, output_s3_uri: str | None) -> tuple[str, Path]:
        name = job_name or named(self.base_job_name or "baseline-suggestion-job")
        bucket = self.sagemaker_session.default_bucket()
        uri = output_s3_uri or f"s3://{bucket}/model-monitor/baselining/{name}/results"
        return name, self.sagemaker_session.path(uri)

    def _made(self, name: str, folder: Path) -> BaseliningJob:
        self.latest_baselining_job = BaseliningJob(self.sagemaker_session, name, folder)
        self.baselining_jobs.append(self.latest_baselining_job)
        return self.latest_baselining_job
