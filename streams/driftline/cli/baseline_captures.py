"""Captures in Kafka as a data set for a baseline: the rows of one model and version within a range of event time."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

import numpy as np

from driftline.baseline.cells import Chunk
from driftline.baseline.readers.rows import chunk_of
from driftline.broker.replay import read_topic
from driftline.broker.settings import replaying
from driftline.config import Config
from driftline.contracts.capture import CaptureTopic, Decoded, OpenRows, RawBatch, RowBlock
from driftline.contracts.decoder import CaptureDecoder
from driftline.engine.configured import decoder_settings
from driftline.errors import BaselineError
from driftline.hooks.preprocess import Preprocessor

_ROWS = 16_384

MOST_SEEN = 1_000
"""Models and versions of a topic that are told apart, at most."""

_MOST_TOLD = 10
"""Of those, in a message."""


class CapturesSource:
    """Rows of a topic's captures with an event time in [start, end); what can't be decoded is left out and counted.

    The range of offsets is taken down in the first pass, so that the second reads the same records. Rows are decoded as those
    of a model without a baseline: names and values as they came. Columns that carry no names of their own (CSV) come in the
    order outputs, inputs unless the topic is configured otherwise, and are named by ``columns``.
    """

    def __init__(
        self,
        config: Config,
        topic: str,
        model: str,
        version: str,
        start: int | None,
        end: int | None,
        columns: Sequence[str] = (),
    ) -> None:
        self._config = config
        self._kafka = config.kafka
        self._topic = capture_topic(config, topic, model, version)
        self._model, self._version = model, version
        self._start = -math.inf if start is None else start
        self._end = math.inf if end is None else end
        self._names = {f"_c{place}": name for place, name in enumerate(columns)}
        self._offsets: dict[int, tuple[int, int]] | None = None
        self._done = 0.0
        self.rejected = 0

    @property
    def name(self) -> str:
        """The topic and the range."""
        first, last = ("…" if math.isinf(bound) else _readable(bound) for bound in (self._start, self._end))
        return f"topic {self._topic.name}, event time {first} to {last}"

    def chunks(self) -> Iterator[Chunk]:
        """All rows, chunk by chunk. Raises BaselineError, with what the topic does hold, when there are none."""
        self.rejected = 0
        any_rows = False
        seen = Seen()
        rows: list[dict[str, object]] = []
        decoder = CaptureDecoder(self._topic, lambda _model, _version: None)
        for decoded in self._decoded(decoder):
            self.rejected += sum(reject.rows for reject in decoded.rejects)
            seen.note(decoded.blocks)
            rows += (row for block in decoded.blocks for row in self._rows(block))
            while len(rows) >= _ROWS:
                any_rows = True
                yield chunk_of(rows[:_ROWS], self._done)
                rows = rows[_ROWS:]
        if rows:
            yield chunk_of(rows, 1.0)
        elif not any_rows:
            wanted = f"{self.name}: there are no rows of {self._model}/{self._version}"
            raise BaselineError(f"{wanted}; {seen}, {self.rejected} could not be decoded")

    def _decoded(self, decoder: CaptureDecoder) -> Iterator[Decoded]:
        """The records as the model's preprocess script has made them, where it has one, decoded."""
        with Preprocessor(self._config, {self._topic.name: self._topic}) as scripts:
            for batch in self._batches():
                yield decoder.decode(scripts.transform(batch))

    def _batches(self) -> Iterator[RawBatch]:
        """The records; of the range that was read before, if any was."""
        known, seen = self._offsets, dict[int, tuple[int, int]]()
        for batch in read_topic(
            replaying(self._kafka),
            self._topic.name,
            starts={partition: first for partition, (first, _) in (known or {}).items()},
            ends={partition: last for partition, (_, last) in (known or {}).items()},
            progress=self._note,
        ):
            if known is None or batch.partition in known:
                first, _ = seen.get(batch.partition, (batch.offsets[0], 0))
                seen[batch.partition] = (first, batch.offsets[-1] + 1)
                yield batch
        self._offsets = seen

    def _note(self, done: int, total: int) -> None:
        self._done = done / max(1, total)

    def _rows(self, block: RowBlock) -> Iterator[dict[str, object]]:
        """The rows of a block that are of the model and within the range."""
        if (block.model, block.version) != (self._model, self._version) or not isinstance(block.columns, OpenRows):
            return
        within = np.flatnonzero((block.time_ms >= self._start) & (block.time_ms < self._end))
        for row in within.tolist():
            values = block.columns.rows[row]
            yield {self._names.get(name, name): value for name, value in values.items()} if self._names else values


def _readable(time_ms: float) -> str:
    """RFC 3339, with milliseconds where there are any."""
    when = datetime.fromtimestamp(time_ms / 1000, UTC)
    return when.isoformat(timespec="milliseconds" if time_ms % 1000 else "seconds").replace("+00:00", "Z")


class Seen:
    """Models and versions of a topic, with how many rows of which event times: for who asked for another."""

    def __init__(self) -> None:
        self._rows: Counter[tuple[str, str]] = Counter()
        self._first: dict[tuple[str, str], int] = {}
        self._last: dict[tuple[str, str], int] = {}

    def note(self, blocks: Iterable[RowBlock]) -> None:
        """Take down what is in these; `MOST_SEEN` at most are told apart."""
        for block in blocks:
            line = (block.model, block.version)
            if line in self._rows or len(self._rows) < MOST_SEEN:
                first, last = int(block.time_ms.min()), int(block.time_ms.max())
                self._rows[line] += len(block.time_ms)
                self._first[line] = min(first, self._first.get(line, first))
                self._last[line] = max(last, self._last.get(line, last))

    def __str__(self) -> str:
        if not self._rows:
            return "the topic holds no captures that could be read"
        told = [self._line(line, rows) for line, rows in self._rows.most_common(_MOST_TOLD)]
        more = f" and {len(self._rows) - _MOST_TOLD} more" if len(self._rows) > _MOST_TOLD else ""
        return f"the topic holds {', '.join(told)}{more}"

    def _line(self, line: tuple[str, str], rows: int) -> str:
        return f"{'/'.join(line)} ({rows} rows, {_readable(self._first[line])} to {_readable(self._last[line])})"


def capture_topic(config: Config, name: str, model: str, version: str) -> CaptureTopic:
    """How the topic is read: as configured, or else as any captures, those without a model taken for ``model``."""
    found = next((topic for topic in config.topics if topic.name == name), None)
    if found is None:
        return CaptureTopic(name, model=model, version=version)
    return decoder_settings(found)
