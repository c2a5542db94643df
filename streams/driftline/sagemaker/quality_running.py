"""Executions of model quality: answers joined with their truth, judged by the limits of a constraints file."""

from __future__ import annotations

from dataclasses import dataclass

from driftline.analysis.kafka import Kafka
from driftline.analysis.labelled import LabelledFiles, LabelledRows, read_labelled
from driftline.analysis.labelledtopics import LabelledTopics, read_labelled_topics
from driftline.analysis.moments import Span, parse_offset
from driftline.analysis.tables import Columns
from driftline.baseline.sagemaker.document import SageMakerDocument
from driftline.contracts.execution import Execution
from driftline.errors import ConfigError, DriftlineError
from driftline.quality.choosing import Attributes
from driftline.quality.problem import Problem
from driftline.quality.run import Outcome, quality_run
from driftline.quality.samples import THRESHOLD
from driftline.sagemaker.captured import captures_in, transforms_in
from driftline.sagemaker.definition import JobDefinition
from driftline.sagemaker.ignored import LOGGER
from driftline.sagemaker.running import Runner
from driftline.schedules.layout import joined, report_path
from driftline.schedules.run import begun
from driftline.schedules.states import NO_DATA, exit_message, moved
from driftline.schedules.store import FolderStore


@dataclass(frozen=True)
class QualityRunner(Runner):
    """No worker judges by truth: every schedule runs here."""

    @property
    def runs_here(self) -> bool:
        """Also over captures in Kafka."""
        return True

    def run(self, span: Span) -> None:
        """One execution; its offsets say which captures it is about. Failures are recorded and told."""
        execution = begun(self.schedule, (span.start_ms, span.end_ms))
        try:
            ended = self._ended(execution, self._rows(shifted(self.job, span)))
        except DriftlineError as error:
            LOGGER.error("%s: the execution failed: %s", self.schedule.name, error)
            ended = moved(execution, "Failed", failure_reason=str(error))
        self.book.record(ended)
        if ended.report and self.job.postprocess:
            self._scripted(ended)

    def _scripted(self, ended: Execution) -> None:
        try:
            self.postprocess(ended)
        except DriftlineError as error:
            LOGGER.error("%s: the execution failed: %s", self.schedule.name, error)

    def _ended(self, execution: Execution, found: LabelledRows) -> Execution:
        for note in found.notes:
            LOGGER.warning("%s", note)
        if not found.rows:
            return moved(execution, "Completed", exit_message=exit_message(0, NO_DATA))
        held = SageMakerDocument.read(self.session.path(self.job.constraints))
        outcome = quality_run(found.rows, problem_of(self.job.problem), attributes_of(self.job), held)
        report = joined(self.schedule.output, report_path(self.schedule, execution.window))
        FolderStore().write(report, {name: document.text for name, document in outcome.files.items()})
        return self._told(execution, outcome, report)

    @staticmethod
    def _told(execution: Execution, outcome: Outcome, report: str) -> Execution:
        found = len(outcome.verdict.entries)
        return moved(
            execution,
            "CompletedWithViolations" if found else "Completed",
            state=outcome.verdict.state,
            exit_message=exit_message(found, "" if outcome.verdict.judged else "; ".join(outcome.verdict.unknown)),
            report=report,
            files=tuple(sorted(outcome.files)),
            rows=outcome.rows,
            violations=found,
        )

    def _rows(self, span: Span) -> LabelledRows:
        job, session = self.job, self.session
        if job.on_topics:
            model = (self.schedule.model, session.known_version(self.schedule.model))
            asked = LabelledTopics(model, span, topic_of(job))
            return read_labelled_topics(Kafka(session.config), asked)
        truths = [session.path(job.truth)] if job.truth else []
        if job.input:
            inputs = transforms_in(session.path(job.input), span)
            columns = Columns(None, "auto" if job.header else "no")
            return read_labelled(LabelledFiles(inputs, truths, columns=columns))
        folder = session.path(session.captures) / self.schedule.endpoint
        return read_labelled(LabelledFiles(captures_in(folder, span), truths, span))


def problem_of(text: str | None) -> Problem:
    """A problem type by Model Monitor's name. ConfigError for another."""
    try:
        return Problem(text or "")
    except ValueError:
        known = ", ".join(problem.value for problem in Problem)
        raise ConfigError(f"problem_type must be one of {known}, got {text!r}") from None


def attributes_of(job: JobDefinition) -> Attributes:
    """Where answers are; the truth is the first cell of a ground-truth record."""
    threshold = THRESHOLD if job.threshold is None else job.threshold
    return Attributes(job.inference, job.probability, threshold=threshold)


def topic_of(job: JobDefinition) -> str | None:
    """The topic with the truth of captures in Kafka; None where it is among them. ConfigError for files."""
    if "/" in job.truth:
        raise ConfigError(
            f"captures in Kafka are joined with truth in Kafka: ground_truth_input names a topic, got {job.truth!r}"
        )
    return job.truth or None


def shifted(job: JobDefinition, span: Span) -> Span:
    """The range of a job whose truth comes late, by its offsets (``-P8D``, ``-P1D``)."""
    offsets = [parse_offset(text) if text else 0 for text in (job.start_offset, job.end_offset)]
    return Span(span.start_ms + offsets[0], span.end_ms + offsets[1])
