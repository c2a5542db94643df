"""Captures in Kafka as a data set for a baseline: the rows of one model and version within a range of event time."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from driftline.baseline.cells import Chunk
from driftline.baseline.readers.rows import chunk_of
from driftline.broker.replay import read_topic
from driftline.broker.settings import replaying
from driftline.config import Config
from driftline.contracts.capture import CaptureTopic, KeyNames, OpenRows, RawBatch, RowBlock
from driftline.contracts.decoder import CaptureDecoder

_ROWS = 16_384


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
        first, last = ("…" if math.isinf(bound) else f"{bound:.0f}" for bound in (self._start, self._end))
        return f"topic {self._topic.name}, event time {first} to {last}"

    def chunks(self) -> Iterator[Chunk]:
        """All rows, chunk by chunk."""
        self.rejected = 0
        rows: list[dict[str, object]] = []
        decoder = CaptureDecoder(self._topic, lambda _model, _version: None)
        for batch in self._batches():
            decoded = decoder.decode(batch)
            self.rejected += sum(reject.rows for reject in decoded.rejects)
            rows += (row for block in decoded.blocks for row in self._rows(block))
            while len(rows) >= _ROWS:
                yield chunk_of(rows[:_ROWS], self._done)
                rows = rows[_ROWS:]
        if rows:
            yield chunk_of(rows, 1.0)

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


def capture_topic(config: Config, name: str, model: str, version: str) -> CaptureTopic:
    """How the topic is read: as configured, or else as any captures, those without a model taken for ``model``."""
    found = next((topic for topic in config.topics if topic.name == name), None)
    if found is None:
        return CaptureTopic(name, model=model, version=version)
    return CaptureTopic(
        name,
        found.format,
        found.model,
        found.version,
        KeyNames(**found.keys),
        found.max_record_bytes,
        found.output_columns,
    )
