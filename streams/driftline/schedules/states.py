"""The states of an execution, which may follow which, and the exit messages; words and messages are Model Monitor's own.

A window that could not be judged (no rows, no baseline, too few of them) is Completed with state UNKNOWN, and its message says
so: there the one without rows is Failed, with "Job inputs had no data".
"""

from __future__ import annotations

from typing import Final

import msgspec

from driftline.contracts.execution import TERMINAL, Execution, ExecutionStatus

FOLLOWS: Final[dict[str, frozenset[str]]] = {
    "Pending": frozenset({"InProgress", "Failed", "Stopped"}),
    "InProgress": frozenset({"Completed", "CompletedWithViolations", "Failed", "Stopping"}),
    "Stopping": frozenset({"Stopped", "Failed"}),
    **{status: frozenset() for status in TERMINAL},
}
"""What may come after each state."""

NO_VIOLATIONS: Final = "Completed: Job completed successfully with no violations."
VIOLATIONS: Final = "CompletedWithViolations: Job completed successfully with {} violations."
UNKNOWN: Final = "Completed: {}: UNKNOWN, which is not the same as fine."
NO_DATA: Final = "Job inputs had no data"


def moved(execution: Execution, status: ExecutionStatus, **changes: object) -> Execution:
    """The execution in its next state. ValueError for a state that cannot follow."""
    if status not in FOLLOWS[execution.status]:
        raise ValueError(f"{status} cannot follow {execution.status}")
    return msgspec.structs.replace(execution, status=status, **changes)


def exit_message(violations: int, unknown: str = "") -> str:
    """The message of a finished execution; ``unknown`` says what could not be judged.

    >>> exit_message(60)
    'CompletedWithViolations: Job completed successfully with 60 violations.'
    """
    if violations:
        return VIOLATIONS.format(violations)
    return UNKNOWN.format(unknown) if unknown else NO_VIOLATIONS
