"""The table of wide families: blocks of series for each model and version, values in arrays, text prefixes written
once.

A block is replaced as a whole, so a reader in another thread works on what it took and nothing needs a lock.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from driftline.exporter.names import TABLE_FAMILIES, Family
from driftline.exporter.text import MAX_LABEL_LENGTH, label_value, prefix, sample_lines

DEFAULT_MAX_SERIES = 50_000
"""Chosen: renders within 50 ms, 5 MB of text. Set Prometheus' `sample_limit` above it."""


class SeriesKey(NamedTuple):
    """One series of a block: the family's name, its label values after model and version, and a sample's own suffix.

    Histogram samples have the suffix ``_bucket`` (then `le` is one more label value, the last), ``_count`` or ``_sum``.
    """

    family: str
    labels: tuple[str, ...] = ()
    suffix: str = ""


class BlockName(NamedTuple):
    """Whose series they are; `part` keeps apart what changes at its own time, as ``closed 1h`` and ``open 1h``."""

    model: str
    version: str
    part: str


@dataclass(frozen=True)
class _Shape:
    """Which series a block has: for each family the prefixes and where their values are."""

    asked: tuple[SeriesKey, ...]
    refused: int
    counted: int
    size: int
    families: dict[str, tuple[list[str], NDArray[np.intp]]]


@dataclass(frozen=True)
class Block:
    """The series of one part of one model and version, never changed after it was made, its text written once."""

    shape: _Shape
    values: NDArray[np.float64]
    _texts: dict[str, str] = field(default_factory=dict, compare=False)

    def text(self, family: str) -> str:
        """The sample lines of one family, '' when the block has none. Safe from any thread."""
        text = self._texts.get(family)
        if text is None:
            prefixes, places = self.shape.families.get(family, ([], _NOWHERE))
            text = self._texts[family] = sample_lines(prefixes, self.values[places]) if prefixes else ""
        return text


_NOWHERE = np.empty(0, dtype=np.intp)


class SeriesTable:
    """All blocks of this worker, within a budget of `max_series` series that carry a feature.

    Series beyond the budget are refused from the end of a block's keys, so the important ones come first; they are
    counted in `dropped`, and admitted at the next `assign` once there is room. Series of a model as a whole are always
    admitted: their number is bounded by the number of models. `changes` grows whenever the text would differ.
    """

    def __init__(self, families: Sequence[Family] = TABLE_FAMILIES, max_series: int = DEFAULT_MAX_SERIES) -> None:
        self.families = tuple(families)
        self.max_series = max_series
        self.dropped = 0
        self.shortened = 0
        self.changes = 0
        self._by_name = {family.name: family for family in families}
        self._blocks: dict[BlockName, Block] = {}
        self._counted = 0
        self._size = 0

    def __len__(self) -> int:
        """How many series the table has."""
        return self._size

    @property
    def refused(self) -> int:
        """How many series are asked for and kept out now. Safe from any thread."""
        return sum(block.shape.refused for block in self.snapshot())

    @property
    def models(self) -> set[tuple[str, str]]:
        """Models and versions that have series."""
        return {(name.model, name.version) for name in self._blocks}

    def assign(self, name: BlockName, keys: tuple[SeriesKey, ...], values: Sequence[float | None]) -> None:
        """Set a block as a whole: the i-th value belongs to the i-th key, None or NaN is a series that is not there
        now.

        Series of the block that are not among the keys vanish. Pass the same `keys` object again where you can: then
        only numbers are copied. Raises ValueError for unlike lengths, KeyError for an unknown family.
        """
        if len(keys) != len(values):
            raise ValueError(f"a block must have one value for each key, got {len(values)} for {len(keys)}")
        numbers = np.array(values, dtype=np.float64)
        old = self._blocks.get(name)
        shape = self._shape(name, keys, old.shape if old else None)
        if old and shape is old.shape and np.array_equal(numbers, old.values, equal_nan=True):
            return
        self._blocks[name] = block = Block(shape, numbers)  # replaced in one step: a thread may be reading
        self._account(old, block)
        self.changes += 1

    def remove(self, model: str, version: str, part: str | None = None) -> None:
        """Drop the blocks of a model and version, or one part of them; nothing to drop is no error."""
        for name in [n for n in self._blocks if n[:2] == (model, version) and part in {None, n.part}]:
            self._account(self._blocks.pop(name), None)
            self.changes += 1

    def retain(self, models: Collection[tuple[str, str]]) -> None:
        """Drop every model and version that is not among `models`: they live on another worker now, or nowhere."""
        for model, version in self.models - set(models):
            self.remove(model, version)

    def snapshot(self) -> tuple[Block, ...]:
        """The blocks as they are now, to be rendered in any thread."""
        return tuple(self._blocks.values())

    def _account(self, gone: Block | None, come: Block | None) -> None:
        for block, sign in ((gone, -1), (come, 1)):
            if block:
                self._counted += sign * block.shape.counted
                self._size += sign * block.shape.size

    def _shape(self, name: BlockName, keys: tuple[SeriesKey, ...], old: _Shape | None) -> _Shape:
        room = self.max_series - self._counted + (old.counted if old else 0)
        same = old is not None and (old.asked is keys or old.asked == keys)
        if old and same and (not old.refused or room <= old.counted):
            return old
        places: dict[str, tuple[list[str], list[int]]] = {}
        counted = refused = 0
        for place, key, budgeted in self._resolved(keys):
            if budgeted and counted >= room:
                refused += 1
                continue
            counted += budgeted
            prefixes, where = places.setdefault(key.family, ([], []))
            prefixes.append(self._prefix(name, key))
            where.append(place)
        self.dropped += max(0, refused - (old.refused if old and same else 0))
        families = {family: (heads, np.array(where, dtype=np.intp)) for family, (heads, where) in places.items()}
        return _Shape(keys, refused, counted, len(keys) - refused, families)

    def _resolved(self, keys: tuple[SeriesKey, ...]) -> Iterator[tuple[int, SeriesKey, bool]]:
        for place, key in enumerate(keys):
            yield place, key, "feature" in self._by_name[key.family].labels

    def _prefix(self, name: BlockName, key: SeriesKey) -> str:
        family = self._by_name[key.family]
        names = (*family.labels, "le") if key.suffix == "_bucket" else family.labels
        values = (name.model, name.version, *key.labels)
        if len(values) != len(names):
            raise ValueError(f"{family.name} has the labels {names}, got {len(values)} values")
        self.shortened += sum(len(value) > MAX_LABEL_LENGTH for value in values)
        labels = dict(zip(names, map(label_value, values), strict=True))
        return prefix(family.name + key.suffix, labels)
