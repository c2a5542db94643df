"""Executions that the facade runs itself, in this process: a range once, or the windows of files that are over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import msgspec

from driftline.analysis.current import current_files
from driftline.analysis.filejob import FileJob, analyze_files
from driftline.analysis.filerun import Question
from driftline.analysis.kafka import Kafka
from driftline.analysis.moments import Span, moment
from driftline.analysis.result import AnalysisResult
from driftline.analysis.tables import Columns
from driftline.analysis.topicrange import analyze_range
from driftline.baseline.model import Baseline
from driftline.baseline.sagemaker.load import Files, load_monitor
from driftline.contracts.control import Schedule
from driftline.contracts.execution import Execution
from driftline.contracts.statistics import WindowStatistics
from driftline.contracts.violation import Window
from driftline.durations import format_duration
from driftline.errors import BaselineError, DriftlineError
from driftline.hooks.checks import Checks
from driftline.hooks.contract import RunContract
from driftline.hooks.postprocess import run_postprocess
from driftline.sagemaker.captured import captures_in, transforms_in
from driftline.sagemaker.definition import JobDefinition
from driftline.sagemaker.ignored import LOGGER
from driftline.sagemaker.session import Session
from driftline.schedules.book import ScheduleBook
from driftline.schedules.changes import cadence_of, was_active
from driftline.schedules.run import Places, run_once
from driftline.schedules.store import FolderStore

MOST_DUE: Final = 100
"""Windows that are run when somebody asks, the newest. Chosen: a page of ListMonitoringExecutions."""

SCRIPT_SECONDS: Final = 600.0
"""Time limit of a postprocess script. Chosen: a third of what Model Monitor gives the whole job."""


@dataclass(frozen=True)
class Runner:
    """Runs the job of a schedule over ranges, and records each in ``book``."""

    session: Session
    book: ScheduleBook
    schedule: Schedule
    job: JobDefinition

    @property
    def runs_here(self) -> bool:
        """Whether a recurring schedule is run by whoever asks: captures in Kafka are the workers' work."""
        return not self.job.on_topics

    def once(self, now: int) -> None:
        """The range of a schedule that runs NOW."""
        ends = (self.schedule.analysis_start, self.schedule.analysis_end)
        start, end = (moment(text, now, "data_analysis_time") for text in ends)
        self.run(Span(start, end))

    def due(self, now: int) -> None:
        """Every window of files that is over and has no execution yet; schedules of workers are left to them."""
        cadence = cadence_of(self.schedule) if self.runs_here else None
        if cadence is None:
            return
        known = {one.execution.scheduled for one in self.book.executions(self.schedule.name)}
        since = self.schedule.active[0].start if self.schedule.active else now
        since = max(since, now - MOST_DUE * cadence.length * 60_000)
        for end in cadence.ends(since, now, "UTC"):
            if end not in known and was_active(self.schedule, end):
                self.run(Span(end - cadence.length * 60_000, end))

    def run(self, span: Span) -> None:
        """One execution. Its failures are its own: they are recorded and told, not raised."""
        places = Places((self.schedule.output,))
        try:
            self._finish(run_once(self.book, self.schedule, self._judge, places, (span.start_ms, span.end_ms)), span)
        except DriftlineError as error:
            LOGGER.error("%s: the execution failed: %s", self.schedule.name, error)

    def _judge(self, _schedule: Schedule, start: int, end: int) -> list[WindowStatistics]:
        found = self._analyzed(Span(start, end))
        if found is None:
            return []
        window = Window(label=format_duration(end - start), start=start, end=end)
        return [msgspec.structs.replace(one.statistics, window=window) for one in found.windows]

    def _analyzed(self, span: Span) -> AnalysisResult | None:
        """What the range holds; None where there are no files of it."""
        if self.job.on_topics:
            question = Question(self._baseline, span, strict=True, checks=Checks(self.session.config).of(*self._model))
            return _told(analyze_range(Kafka(self.session.config), question))
        job = self._files(span)
        return _told(analyze_files(job)) if job.inputs else None

    def _files(self, span: Span) -> FileJob:
        """Captures are chosen by their own times; what a batch job captured is of the job's hour as a whole."""
        if self.job.input:
            inputs, within = transforms_in(self.session.path(self.job.input), span), None
        else:
            folder = self.session.path(self.session.captures) / self.schedule.endpoint
            inputs, within = captures_in(folder, span), span
        columns = Columns(None, "auto" if self.job.header else "no")
        script = self.session.path(self.job.preprocess) if self.job.preprocess else None
        return FileJob(Question(self._baseline, within), inputs, columns=columns, preprocess=script)

    @property
    def _model(self) -> tuple[str, str]:
        return self.schedule.model, self.schedule.version

    @cached_property
    def _baseline(self) -> Baseline:
        return baseline_of(self.session, self.job, *self._model)

    def _finish(self, execution: Execution, span: Span) -> None:
        """What Model Monitor leaves besides: whole statistics of files, and what a postprocess script makes of the report."""
        if not execution.report:
            return
        if not self.job.on_topics:
            FolderStore().write(execution.report, current_files(self._files(span)))
        if self.job.postprocess:
            self.postprocess(execution)

    def postprocess(self, execution: Execution) -> None:
        """Run the script over a report; the execution is Failed where that fails, too. Raises HookError."""
        script = self.session.path(self.job.postprocess)
        window, report = execution.window, Path(execution.report)
        contract = RunContract(
            execution.endpoint, self.schedule.name, window.start, window.end, report, postprocess=script
        )
        try:
            run_postprocess(script, contract, seconds=SCRIPT_SECONDS)
        except DriftlineError as error:
            self.book.record(msgspec.structs.replace(execution, status="Failed", failure_reason=str(error)))
            raise


def baseline_of(session: Session, job: JobDefinition, model: str, version: str) -> Baseline:
    """The baseline of a job's files. BaselineError, ConfigError."""
    paths = [session.path(uri) if uri else None for uri in (job.statistics, job.constraints)]
    loaded = load_monitor(Files(*paths), model=model, version=version)
    for remark in loaded.remarks:
        LOGGER.warning("%s", remark)
    return loaded.baseline


def _told(result: AnalysisResult) -> AnalysisResult:
    """The result, once what it has to remark is told. BaselineError when nothing could be read of what there was."""
    lines = list(_lines(result))
    for line in lines:
        LOGGER.warning("%s", line)
    if result.unreadable:
        raise BaselineError(f"of {result.records} records none could be read: {'; '.join(lines)[:900]}")
    return result


def _lines(result: AnalysisResult) -> Iterator[str]:
    yield from result.notes
    yield from result.refused.lines()
