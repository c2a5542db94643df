"""Rows of a run gathered into panes of one model: the capture side's fold, with nothing between it and the panes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from driftline.contracts.capture import RawBatch, Reject
from driftline.engine.baselines import BaselineShelf
from driftline.engine.fold import SourceFold
from driftline.engine.panes import PaneBook

FLUSH_RECORDS: Final = 50_000
"""Records between two flushes. Chosen: a flush of 25 features costs some milliseconds a pane."""

FLUSH_COLUMNS: Final = 20_000
"""Columns of all panes after which a flush is due sooner: 16 MB."""

Place = tuple[str, int]
"""Topic and partition."""


class Gathering:
    """Feeds batches to the folds of their sources, and what they make of them to the panes of one model."""

    def __init__(
        self, model: tuple[str, str], panes: PaneBook, shelf: BaselineShelf, folds: Mapping[Place, SourceFold]
    ) -> None:
        """``folds`` by topic and partition; ``panes`` receive what they fold of ``model``."""
        self.folds = folds
        self.records = 0
        self._model = model
        self.panes = panes
        self._shelf = shelf
        self._since = dict.fromkeys(folds, 0)

    def fold(self, batch: RawBatch, now_ms: int) -> list[Reject]:
        """Fold one batch, and flush its source when that is due; what was refused, in offset order."""
        place = (batch.topic, batch.partition)
        fold = self.folds[place]
        rejects = fold.fold(batch, now_ms)
        self.records += len(batch)
        self._since[place] += len(batch)
        if self._since[place] >= FLUSH_RECORDS or fold.column_count >= FLUSH_COLUMNS:
            self._flush(place)
        return rejects

    def flush(self) -> None:
        """Bring everything that was folded to the panes."""
        for place in self.folds:
            self._flush(place)

    def _flush(self, place: Place) -> None:
        fold = self.folds[place]
        self._since[place] = 0
        for pane in fold.take().panes:
            if (pane.model, pane.version) == self._model:
                self.panes.add(fold.source, pane, self._shelf)
