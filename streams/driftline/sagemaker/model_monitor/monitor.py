"""What all monitors share: a baseline that was made, and one schedule with its executions."""

from __future__ import annotations

import logging
from typing import Any, ClassVar, Final, Self, TypeVar

import msgspec

from driftline.baseline.model import Baseline
from driftline.broker.baselines import publish_baseline
from driftline.contracts.control import MonitoringType, Schedule
from driftline.errors import ConfigError, NotFoundError
from driftline.sagemaker.definition import JobDefinition, forget, keep, kept
from driftline.sagemaker.executions import as_there, with_times
from driftline.sagemaker.model_monitor.arguments import Input, named, now_ms
from driftline.sagemaker.model_monitor.baselined import Baselined
from driftline.sagemaker.model_monitor.inputs import BatchTransformInput
from driftline.sagemaker.model_monitor.jobs import MonitoringExecution
from driftline.sagemaker.model_monitor.monitoring_files import (
    ConstraintViolations,
    Statistics,
)
from driftline.sagemaker.running import Runner, baseline_of
from driftline.sagemaker.session import CAPTURES, CONFIG, VERSION
from driftline.schedules.book import Recorded, ScheduleBook, add_new, schedule_named
from driftline.schedules.cadence import NOW
from driftline.schedules.changes import new_schedule, started, stopped, updated
from driftline.schedules.describe import describe_schedule

LOGGER: Final = logging.getLogger("driftline.sagemaker")

DAILY: Final = "cron(0 0 ? * * *)"
"""Without an expression; SageMaker picks an hour of the day."""

BATCH: Final = "batch-transform"
"""The model of what batch transform jobs captured: they have no endpoint."""

M = TypeVar("M", bound="ModelMonitor")


class ModelMonitor(Baselined):
    """One monitor, which has one schedule at most."""

    kind: ClassVar[MonitoringType] = "DataQuality"
    runner: ClassVar[type[Runner]] = Runner
    monitoring_schedule_name: str | None = None

    @classmethod
    def monitoring_type(cls) -> str:
        """What it monitors."""
        return cls.kind

    @classmethod
    def attach(cls, monitor_schedule_name: str, sagemaker_session: object = None) -> Self:
        """The monitor of a schedule that is there. Raises NotFoundError."""
        monitor = cls(sagemaker_session=sagemaker_session)
        monitor.monitoring_schedule_name = monitor_schedule_name
        try:
            monitor._schedule()
        except NotFoundError:
            monitor.monitoring_schedule_name = None
            raise
        return monitor

    # -- the schedule -----------------------------------------------------------------------------------------------

    def _create(self, name: str | None, given: Input, job: dict[str, Any], fields: dict[str, Any]) -> None:
        """Make the schedule; one that runs NOW runs before this returns."""
        if self.monitoring_schedule_name is not None:
            raise ValueError(
                f"this monitor has the schedule {self.monitoring_schedule_name}: delete_monitoring_schedule() first"
            )
        name = name or named(self.base_job_name or "monitoring-schedule")
        definition = JobDefinition(name=name, **job, **self._input(given))
        fields = {**fields, **self._whose(given), "monitoring_type": self.kind}
        schedule = new_schedule(name, now_ms(), **fields)
        baseline = self._baseline(definition, schedule)
        book = self._book_of(definition)
        add_new(book, schedule)
        self._publish(definition, schedule, baseline)
        keep(self.sagemaker_session, definition)
        self.monitoring_schedule_name = name
        if schedule.expression == NOW:
            self.runner(self.sagemaker_session, book, schedule, definition).once(now_ms())

    def _update(self, given: Input | None, job: dict[str, Any], fields: dict[str, Any]) -> None:
        """Change the schedule; a baseline that is named anew is published where workers judge."""
        book, schedule = self._schedule()
        place, whose = ({}, {}) if given is None else (self._input(given), self._whose(given))
        held = kept(self.sagemaker_session, schedule.name) or JobDefinition(name=schedule.name)
        definition = msgspec.structs.replace(held, **job, **place)
        if definition.on_topics != held.on_topics:
            raise ValueError("a schedule stays on Kafka or on files: delete it, and create another one")
        changes = {name: value for name, value in (fields | whose).items() if value is not None}
        changed = updated(schedule, now_ms(), **changes)
        if {"statistics", "constraints"} & set(job):
            self._publish(definition, changed, self._baseline(definition, changed))
        keep(self.sagemaker_session, definition)
        book.save(changed)

    def _baseline(self, job: JobDefinition, schedule: Schedule) -> Baseline | None:
        """The baseline of the job's files, read now, so that what is wrong with them is told now; None for model quality."""
        if self.kind != "DataQuality":
            return None
        return baseline_of(self.sagemaker_session, job, schedule.model, schedule.version)

    def _publish(self, job: JobDefinition, schedule: Schedule, baseline: Baseline | None) -> None:
        """Give workers the baseline by which they judge; jobs that run here read its files."""
        if job.on_topics and schedule.expression != NOW and baseline is not None:
            publish_baseline(self.sagemaker_session.config, baseline)

    def _input(self, given: Input) -> dict[str, Any]:
        """Where the input is, for the definition of the job. ConfigError where nothing says it."""
        if isinstance(given, BatchTransformInput):
            return {"input": given.data_captured_destination_s3_uri}
        session = self.sagemaker_session
        if not session.has_kafka and not session.captures:
            raise ConfigError(
                f"where are the captures of endpoint {given.endpoint_name}? {CONFIG}=driftline.toml (or "
                f"DRIFTLINE__KAFKA__BOOTSTRAP=host:9092) says in which Kafka, {CAPTURES}=FOLDER in which files"
            )
        return {"on_topics": session.has_kafka}

    def _whose(self, given: Input) -> dict[str, str]:
        if isinstance(given, BatchTransformInput):
            return {"model": BATCH, "version": "1", "endpoint": BATCH}
        name, session = given.endpoint_name, self.sagemaker_session
        version = session.version_of(name)
        if session.has_kafka and not session.known_version(name):
            LOGGER.warning(
                'captures of %s are taken to be of version %s: say version = "%s" at their topic in the configuration '
                "if their records name none, or which it is by %s",
                name,
                version,
                version,
                VERSION,
            )
        return {"model": name, "version": version, "endpoint": name}

    def _timing(self, expression: str | None, start: str | None, end: str | None) -> dict[str, str]:
        return {"expression": expression or DAILY, "analysis_start": start or "", "analysis_end": end or ""}

    def _output(self, uri: str | None, name: str | None) -> str:
        bucket = self.sagemaker_session.default_bucket()
        place = uri or f"s3://{bucket}/model-monitor/monitoring/{name or self.base_job_name or 'schedule'}/results"
        return str(self.sagemaker_session.path(place))

    def start_monitoring_schedule(self) -> None:
        """Look at windows that end from now on."""
        book, schedule = self._schedule()
        book.save(started(schedule, now_ms()))

    def stop_monitoring_schedule(self) -> None:
        """Look at no more windows."""
        book, schedule = self._schedule()
        book.save(stopped(schedule, now_ms()))

    def delete_monitoring_schedule(self) -> None:
        """Forget the schedule; its reports and executions stay."""
        book, schedule = self._schedule()
        book.remove(schedule.name)
        forget(self.sagemaker_session, schedule.name)
        self.monitoring_schedule_name = None

    def describe_schedule(self) -> dict[str, Any]:
        """What DescribeMonitoringSchedule says: MonitoringScheduleStatus, the last execution, times as datetimes."""
        executions = self._executions()
        book, schedule = self._schedule()
        told = with_times(describe_schedule(schedule, book.answers().get(schedule.name), executions, now=now_ms()))
        for output in told["MonitoringScheduleConfig"]["MonitoringJobDefinition"]["MonitoringOutputConfig"][
            "MonitoringOutputs"
        ]:
            output["S3Output"]["S3Uri"] = self.sagemaker_session.uri(schedule.output)
        return told | ({"LastMonitoringExecutionSummary": as_there(executions[-1])} if executions else {})

    def update_monitoring_alert(
        self, monitoring_alert_name: str | None, data_points_to_alert: int | None, evaluation_period: int | None
    ) -> None:
        """In alert while ``data_points_to_alert`` of the last ``evaluation_period`` executions had violations."""
        book, schedule = self._schedule()
        given = {
            "datapoints": data_points_to_alert or schedule.alert.datapoints,
            "period": evaluation_period or schedule.alert.period,
        }
        book.save(updated(schedule, now_ms(), alert=given))

    # -- executions -------------------------------------------------------------------------------------------------

    def list_executions(self) -> list[MonitoringExecution]:
        """All executions, the latest last. Windows of files that are over are judged now, each once."""
        found = self._executions()
        if not found:
            LOGGER.warning("no executions of %s yet", self.monitoring_schedule_name)
        return [MonitoringExecution(self.sagemaker_session, one) for one in found]

    def latest_monitoring_statistics(self, file_name: str = "statistics.json") -> Statistics | None:
        """The statistics of the latest execution; None when there is none yet."""
        executions = self.list_executions()
        return executions[-1].statistics(file_name) if executions else None

    def latest_monitoring_constraint_violations(
        self, file_name: str = "constraint_violations.json"
    ) -> ConstraintViolations | None:
        """The violations of the latest execution; None when there is none yet."""
        executions = self.list_executions()
        return executions[-1].constraint_violations(file_name) if executions else None

    def _executions(self) -> list[Recorded]:
        book, schedule = self._schedule()
        job = kept(self.sagemaker_session, schedule.name)
        if job is not None:
            self.runner(self.sagemaker_session, book, schedule, job).due(now_ms())
        return book.executions(schedule.name)

    def _schedule(self) -> tuple[ScheduleBook, Schedule]:
        if self.monitoring_schedule_name is None:
            raise ConfigError("this monitor has no schedule: create_monitoring_schedule() or attach() first")
        book = self._book_of(kept(self.sagemaker_session, self.monitoring_schedule_name))
        return book, schedule_named(book, self.monitoring_schedule_name)

    def _book_of(self, job: JobDefinition | None) -> ScheduleBook:
        """Kafka's for what workers run, the store's for what runs here."""
        on_topics = self.sagemaker_session.has_kafka if job is None else job.on_topics
        return self.sagemaker_session.book(on_topics=on_topics and self.kind == "DataQuality")
