"""OpenProfile: the statistics of a model without a baseline. It shows what is sent, and judges nothing."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import Final, Protocol, Self

from driftline.stats.columns import Calls
from driftline.stats.mergeable import Mergeable, State
from driftline.stats.open_column import OpenColumn
from driftline.stats.operations import Operations

VERSION: Final = 1
#: Columns kept by default. Chosen, because a wide tabular model has some hundred.
COLUMN_CAP: Final = 1000


class OpenCalls(Calls, Protocol):
    """A batch of rows as they came: names and values, and the arrays of their calls."""

    @property
    def rows(self) -> Sequence[dict[str, object]]:
        """One dict a row."""
        ...


class OpenProfile(Mergeable):
    """Per column name an OpenColumn, and Operations.

    Of more than ``cap`` names the alphabetically first are kept, so that every order of arrival keeps the same ones and
    their counts are exact; ``overflow`` counts the values of all other columns. A column's missing rows are
    ``rows - present``. Counts merge exactly, moments to float precision (see OpenColumn). About 0.15 µs a value.

    >>> OpenProfile.empty().is_empty
    True
    """

    def __init__(self, cap: int = COLUMN_CAP) -> None:
        self.cap = cap
        self.columns: dict[str, OpenColumn] = {}
        self.overflow = 0
        self.operations = Operations()

    @classmethod
    def empty(cls, cap: int = COLUMN_CAP) -> Self:
        """A profile of no rows."""
        return cls(cap)

    @property
    def rows(self) -> int:
        """Rows folded."""
        return self.operations.rows

    @property
    def is_empty(self) -> bool:
        """Whether no row has been folded."""
        return not self.rows

    def missing(self, name: str) -> int:
        """Rows without a value in a column that is kept."""
        return self.rows - self.columns[name].present

    def update(self, calls: OpenCalls) -> None:
        """Fold a batch, which is left as it is."""
        values: dict[str, list[object]] = {}
        for row in calls.rows:
            for name, value in row.items():
                held = values.get(name)
                if held is None:
                    values[name] = [value]
                else:
                    held.append(value)
        self._add({name: OpenColumn.of(held) for name, held in values.items()})
        self.operations.update(calls)

    def _add(self, columns: dict[str, OpenColumn]) -> None:
        for name, column in columns.items():
            held = self.columns.get(name)
            if held is None:
                self.columns[name] = copy(column)
            else:
                held.iadd(column)
        if len(self.columns) > self.cap:
            for name in sorted(self.columns)[self.cap :]:
                dropped = self.columns.pop(name)
                self.overflow += dropped.present + dropped.nulls

    def copy(self) -> Self:
        """An equal one that shares nothing."""
        other = type(self)(self.cap)
        other.columns = {name: copy(column) for name, column in self.columns.items()}
        other.overflow = self.overflow
        other.operations = self.operations.copy()
        return other

    def iadd(self, other: Self) -> None:
        """Take in ``other``; ValueError if its cap differs."""
        if self.cap != other.cap:
            raise ValueError(f"open profiles must have equal caps to be merged, got {self.cap} and {other.cap}")
        self._add(other.columns)
        self.overflow += other.overflow
        self.operations.iadd(other.operations)

    def to_state(self) -> State:
        """Numbers, bytes, texts, lists and dicts, with ``"v": 1``; columns in the order of their names."""
        return {
            "v": VERSION,
            "cap": self.cap,
            "columns": {name: column.to_state() for name, column in sorted(self.columns.items())},
            "overflow": self.overflow,
            "operations": self.operations.to_state(),
        }

    @classmethod
    def from_state(cls, state: State) -> Self:
        """Read :meth:`to_state` back; ValueError if it is of another version."""
        if state.get("v") != VERSION:
            raise ValueError(f"open profile state must be of version {VERSION}, got {state.get('v')!r}")
        profile = cls(int(state["cap"]))
        profile.columns = {name: OpenColumn.from_state(held) for name, held in state["columns"].items()}
        profile.overflow = int(state["overflow"])
        profile.operations = Operations.from_state(state["operations"])
        return profile
