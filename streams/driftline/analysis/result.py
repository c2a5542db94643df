"""What a run found: windows as the worker would have told them, and what could not be used and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from driftline.analysis.moments import Span
from driftline.baseline.model import Baseline
from driftline.contracts.capture import Reject
from driftline.contracts.statistics import WindowStatistics
from driftline.contracts.violation import SageMakerLine, Violation
from driftline.engine.profiles import AnyProfile
from driftline.errors import ReportError
from driftline.judging.states import State, worst

UNREADABLE: Final = "unreadable_file"
"""The reason under which whole files are refused."""

EXAMPLES: Final = 5
"""Rejects that are told in full, of each reason. Chosen: enough to see a pattern."""


@dataclass
class Refused:
    """Rows that could not be used, by reason, with the first few in full: where, what was expected, what came."""

    rows: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)

    def add(self, rejects: Iterable[Reject], where: Callable[[Reject], str]) -> None:
        """Take in rejects; ``where`` tells the place of each."""
        for reject in rejects:
            reason = str(reject.reason)
            self.rows[reason] += reject.rows
            told = self.examples.setdefault(reason, [])
            if len(told) < EXAMPLES:
                told.append(f"{where(reject)}: {reject.message}")

    def fault(self, reason: str, message: str) -> None:
        """Take in something as a whole, of which nobody knows how many rows it has: it counts as one."""
        self.rows[reason] += 1
        told = self.examples.setdefault(reason, [])
        if len(told) < EXAMPLES:
            told.append(message)

    @property
    def total(self) -> int:
        """Rows in all."""
        return self.rows.total()

    def lines(self) -> Iterator[str]:
        """One line a reason, then its examples."""
        for reason, rows in sorted(self.rows.items()):
            what = "files" if reason == UNREADABLE else "rows"
            yield f"{rows} {what} refused: {reason}"
            yield from (f"  {example}" for example in self.examples[reason])


@dataclass(frozen=True)
class JudgedWindow:
    """One window: its final statistics, and the events of its incidents."""

    statistics: WindowStatistics
    violations: tuple[Violation, ...]


@dataclass(frozen=True)
class AnalysisResult:
    """Everything that a run found; ``profile`` is of the whole range (None without rows).

    ``span`` is the range asked for, or that of the rows; None where there was neither. ``notes`` are sentences for a person;
    ``unreadable`` means that there were records and all of them were refused: a failure, not an empty range.
    ``tables`` means that the records were made of a table's rows, so that their number says nothing.
    """

    model: str
    version: str
    baseline: Baseline | None
    span: Span | None
    windows: tuple[JudgedWindow, ...]
    profile: AnyProfile | None
    records: int
    rows: int
    refused: Refused
    notes: tuple[str, ...] = ()
    unreadable: bool = False
    tables: bool = False

    @property
    def state(self) -> State:
        """The worst of the windows; UNKNOWN without any."""
        return worst(State(window.statistics.state) for window in self.windows)

    def checked(self) -> AnalysisResult:
        """Itself. Raises ReportError with the first refusals where there were records and none could be read."""
        if self.unreadable:
            raise ReportError("; ".join(["not one record could be read", *list(self.refused.lines())[:2]]))
        return self

    @property
    def violated(self) -> bool:
        """Whether a window was violated."""
        return any(window.statistics.state == State.VIOLATED for window in self.windows)

    @property
    def violations(self) -> tuple[Violation, ...]:
        """The events of all windows, in order."""
        return tuple(event for window in self.windows for event in window.violations)

    @property
    def lines(self) -> tuple[SageMakerLine, ...]:
        """Entries of ``constraint_violations.json``, in order, each once."""
        return tuple(dict.fromkeys(line for window in self.windows for line in window.statistics.sagemaker))
