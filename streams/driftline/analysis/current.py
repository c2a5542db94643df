"""The rows of a job as a data set of their own: for the ``statistics.json`` that Model Monitor writes beside its violations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from driftline.analysis.filejob import FileJob, capture_topic, portions_of
from driftline.analysis.moments import Span
from driftline.baseline.cells import Chunk
from driftline.baseline.readers.arrow import TextCells, pyarrow
from driftline.baseline.sagemaker.make import suggest_of
from driftline.contracts.capture import CaptureTopic, Decoded, RawBatch
from driftline.contracts.events import Event, RecordContext
from driftline.contracts.rowparts import named_values
from driftline.contracts.schema import Schema
from driftline.contracts.slowpath import SlowPath

CHUNK_ROWS: Final = 16_384
"""Rows of a chunk. Chosen: 25 columns of texts take some 30 MB."""


def current_files(job: FileJob, progress: Callable[[float], None] | None = None) -> dict[str, bytes]:
    """``statistics.json`` and ``constraints.json`` of the job's rows, as Model Monitor would make them; read twice.

    Raises BaselineError where there are no rows.
    """
    suggested = suggest_of(CurrentRows(job), progress)
    return {document.name: document.text for document in (suggested.statistics, suggested.constraints)}


@dataclass(frozen=True)
class CurrentRows:
    """See `driftline.baseline.cells.Source`: every value as its text, which is what tells its type there.

    Rows that have another number of columns than the baseline belong nowhere, and are left out.
    """

    job: FileJob

    @property
    def name(self) -> str:
        """What the job reads."""
        return ", ".join(str(path) for path in self.job.inputs)

    def chunks(self) -> Iterator[Chunk]:
        """All rows within the range, chunk by chunk."""
        topic = capture_topic(self.job)
        path, schema = SlowPath(topic), Schema.of(self.job.question.baseline)
        rows: list[dict[str, str]] = []
        done = 0.0
        for _, batch, done in portions_of(self.job):
            rows += [
                {name: _text(value) for name, value in named_values(event, schema.predictions)}
                for event in _events(batch, topic, path, schema)
                if event.folded and _within(event, self.job.question.span)
            ]
            while len(rows) >= CHUNK_ROWS:
                yield _chunk(rows[:CHUNK_ROWS], done)
                rows = rows[CHUNK_ROWS:]
        if rows:
            yield _chunk(rows, done)


def _events(batch: RawBatch, topic: CaptureTopic, path: SlowPath, schema: Schema) -> Iterator[Event]:
    out = Decoded()
    for offset, value, timestamp in zip(batch.offsets, batch.values, batch.timestamps, strict=True):
        context = RecordContext(topic, lambda _model, _version: schema, out.count, offset, timestamp)
        yield from path.read(value or b"", context, out)


def _within(event: Event, span: Span | None) -> bool:
    return span is None or span.start_ms <= event.time_ms < span.end_ms


def _text(value: object) -> str:
    """As CSV would have it."""
    if value is None or value != value:  # noqa: PLR0124 - NaN
        return ""
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _chunk(rows: list[dict[str, str]], done: float) -> Chunk:
    pa, nothing = pyarrow(), frozenset[str]()
    names = dict.fromkeys(name for row in rows for name in row)
    columns = {name: TextCells(pa.array([row.get(name, "") for row in rows], pa.string()), nothing) for name in names}
    return Chunk(len(rows), columns, done)
