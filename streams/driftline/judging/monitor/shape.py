"""Rule 1: has the dataset as many columns as the constraints file has features? Counts are compared, not names: as there."""

from __future__ import annotations

from dataclasses import dataclass

from driftline.baseline.sagemaker.rules import MonitorRules
from driftline.judging.rules_columns import MISSING
from driftline.judging.rules_model import EXTRA
from driftline.judging.states import Reading, State
from driftline.stats.profile import Profile


@dataclass(frozen=True)
class Shape:
    """How many columns the window's rows have, how many the file has, and how many rows have another number than most."""

    columns: int
    expected: int
    rows: int
    others: int = 0

    @property
    def fits(self) -> bool:
        """Whether all other checks can be made."""
        return self.columns == self.expected

    @property
    def misfit(self) -> str:
        """Why they cannot."""
        return f"{self.columns} columns where the constraints have {self.expected}"


def shape_of(rules: MonitorRules, profile: Profile) -> Shape:
    """The dataset's number of columns: that of most rows; of several such numbers the largest.

    Rows with names (JSON) leave out what they do not have, and their columns are those of all of them together: every
    column with a value, and every unknown name. Rows without are all of one width, or cannot be told apart.
    """
    widths, expected = profile.widths, len(rules.features)
    told_apart = (
        int(profile.presence.present[0] + profile.presence.missing[0]) if profile.layout.names else profile.rows
    )
    columns = expected if widths.usual is None else widths.usual
    if told_apart == profile.rows:
        named = int((profile.presence.present > 0).sum()) + len(profile.extras.counts) + bool(profile.extras.overflow)
        columns = max(columns, named)
    others = sum(widths.counts.values()) + widths.overflow - widths.counts.get(columns, 0)
    return Shape(columns, expected, profile.rows, others)


def column_count(shape: Shape) -> tuple[Reading, Reading]:
    """``missing_column_check`` and ``extra_column_check`` of the dataset as a whole."""
    return (
        _reading(shape, MISSING, "fewer columns than the constraints have", broken=shape.columns < shape.expected),
        _reading(shape, EXTRA, "more columns than the constraints have", broken=shape.columns > shape.expected),
    )


def _reading(shape: Shape, check: str, reason: str, *, broken: bool) -> Reading:
    return Reading(
        "",
        check,
        State.VIOLATED if broken else State.OK,
        observed=float(shape.columns),
        limit=float(shape.expected),
        bound=float(shape.columns),
        n=shape.rows,
        reason=reason if broken else "",
        details={"rows_of_another_width": float(shape.others)} if shape.others else {},
    )
