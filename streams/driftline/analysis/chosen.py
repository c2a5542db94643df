"""Decoding for a run: only rows that it is about, whatever model their records name, if that was not asked for."""

from __future__ import annotations

from collections import Counter

import numpy as np

from driftline.analysis.moments import Span
from driftline.contracts.blocks import take
from driftline.contracts.capture import CaptureTopic, Decoded, RawBatch, RowBlock
from driftline.engine.baselines import BaselineShelf, Decoding
from driftline.engine.standing import ModelLine

ModelName = tuple[str, str]


class ChosenRows(Decoding):
    """Rows within a range, all taken for one model; ``strict`` leaves out those whose records name another one.

    What is left out is counted: ``outside`` the range, and of ``others``.
    """

    def __init__(
        self,
        topic: CaptureTopic,
        shelf: BaselineShelf,
        line: ModelLine,
        model: ModelName,
        span: Span | None,
        *,
        strict: bool,
    ) -> None:
        """``line`` are the baselines of the model."""
        super().__init__(topic, shelf, lambda _model, _version: line)
        self._model = model
        self._span = span
        self._strict = strict
        self.outside = 0
        self.others: Counter[ModelName] = Counter()

    def decode(self, batch: RawBatch, age: int = 0) -> Decoded:
        """As always, but for the rows that are left out."""
        found = super().decode(batch, age)
        found.blocks = [kept for block in found.blocks if (kept := self._kept(block)) is not None]
        return found

    def _kept(self, block: RowBlock) -> RowBlock | None:
        if (block.model, block.version) != self._model:
            if self._strict:
                self.others[block.model, block.version] += len(block)
                return None
            block.model, block.version = self._model
        if self._span is None:
            return block
        within = np.flatnonzero((block.time_ms >= self._span.start_ms) & (block.time_ms < self._span.end_ms))
        self.outside += len(block) - len(within)
        if len(within) == len(block):
            return block
        return take(block, within) if len(within) else None
