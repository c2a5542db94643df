"""Suggestions: what a column is probably for, each guess with the sentence that explains it.

Numbered pure rules of the facts, the first that applies decides; people overrule them by naming the role.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from driftline.baseline.cells import is_time
from driftline.baseline.constraints import ColumnConstraint, Constraints
from driftline.baseline.model import CategoryStatistics, Kind, NumericStatistics, Role

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from driftline.baseline.model import ColumnProfile
    from driftline.baseline.profile import ColumnFacts

_TIME_NAME: Final = re.compile(
    r"^(ts|time|date|datetime|timestamp|event_?time.*|.*_(ts|at|time|date|timestamp|hour))$", re.IGNORECASE
)
_PREDICTION: Final = re.compile(
    r"^(prediction|predictions|predicted|pred|y_?pred|y_?hat)$|^(prediction|predicted|pred)[_.\[]", re.IGNORECASE
)
_LABEL: Final = re.compile(r"^(label|labels|target|y|y_?true|ground_?truth|actual)$", re.IGNORECASE)
_ID: Final = re.compile(
    r"^(id|uuid|guid|_c0|unnamed: 0|event_?id|inference_?id|request_?id|row_?id|index)$|_uuid$", re.IGNORECASE
)
_ENTITY: Final = re.compile(
    r"^(user|customer|client|account|member|device|entity|person|patient)(_?id)?$|^entity_", re.IGNORECASE
)
_CALENDAR: Final = frozenset({"year", "month", "day", "hour", "minute", "second", "week", "weekday", "day_of_week"})

#: Seconds since 1970 between 2000 and 2100; milli-, micro- and nanoseconds are a thousand times as many each.
_EPOCH: Final = (946_684_800.0, 4_102_444_800.0)
#: From so many different values on, a text that never repeats is an identifier and no category. Chosen.
_UNIQUE: Final = 50


@dataclass(frozen=True)
class Suggestion:
    """A guessed role, and why."""

    role: Role
    why: str


def suggest_roles(facts: Sequence[ColumnFacts]) -> dict[str, Suggestion]:
    """A role for each column. The first time column is *the* time and the first entity *the* entity; more are ignored."""
    roles: dict[str, Suggestion] = {}
    has_time = any(_time(column) for column in facts)
    taken: set[Role] = set()
    for column in facts:
        guess = _role(column, has_time=has_time)
        if guess.role in {Role.TIME, Role.ENTITY} and guess.role in taken:
            guess = Suggestion(Role.IGNORE, f"one more column of role {guess.role}")
        taken.add(guess.role)
        roles[column.name] = guess
    return roles


def _role(column: ColumnFacts, *, has_time: bool) -> Suggestion:
    """The first rule that applies."""
    name, is_unknown = column.name, column.kind is Kind.UNKNOWN
    is_calendar = has_time and name.lower() in _CALENDAR and column.kind is Kind.INTEGRAL
    is_entity = _ENTITY.search(name) is not None and column.kind in {Kind.STRING, Kind.INTEGRAL}
    rules = (
        (Role.TIME, _time(column)),  # 1
        (Role.PREDICTION, "by its name" if _PREDICTION.search(name) else ""),  # 2
        (Role.LABEL, "by its name" if _LABEL.search(name) else ""),  # 3
        (Role.ID, _identifier(column)),  # 4
        (Role.ENTITY, "by its name" if is_entity else ""),  # 5
        (Role.IGNORE, "a calendar column, drifts by nature" if is_calendar else ""),  # 6
        (Role.IGNORE, "no numbers, texts or booleans in it" if is_unknown and column.odd else ""),  # 7
        (Role.FEATURE, "no value at all: nothing to compare with" if is_unknown else ""),  # 8
    )
    found = ((role, why) for role, why in rules if why)
    return Suggestion(*next(found, (Role.FEATURE, _nature(column))))  # 9


def _time(column: ColumnFacts) -> str:
    """Why the column is a time, or nothing."""
    if column.times:
        return "its type is a time"
    if column.kind is Kind.STRING and column.sample and all(is_time(text) for text in column.sample):
        return "its texts are times"
    statistics = column.statistics
    if isinstance(statistics, NumericStatistics) and _TIME_NAME.search(column.name):
        for scale, unit in ((1.0, "seconds"), (1e3, "milliseconds"), (1e6, "microseconds"), (1e9, "nanoseconds")):
            if _EPOCH[0] * scale <= statistics.min and statistics.max <= _EPOCH[1] * scale:
                return f"by its name, in {unit} since 1970"
    return ""


def _identifier(column: ColumnFacts) -> str:
    """Why the column is an id, or nothing."""
    statistics = column.statistics
    if statistics is None or column.kind not in {Kind.STRING, Kind.INTEGRAL}:
        return ""
    unique = _is_unique(statistics)
    if _ID.search(column.name) and unique:
        return "by its name, and no value repeats"
    if column.kind is Kind.STRING and unique and statistics.distinct >= _UNIQUE:
        return "texts that never repeat"
    return ""


def _is_unique(statistics: NumericStatistics | CategoryStatistics) -> bool:
    """Whether (nearly: large counts are estimates, known to 0.8 %) every value is different."""
    exact = statistics.distinct < 10_000  # noqa: PLR2004 - below the size of the sketch
    return statistics.distinct >= statistics.count * (1.0 if exact else 0.97)


def _nature(column: ColumnFacts) -> str:
    """What to say of an ordinary feature."""
    statistics = column.statistics
    if statistics is not None and statistics.distinct == 1:
        return "constant: any other value is a change"
    if isinstance(statistics, CategoryStatistics) and statistics.other:
        return f"{statistics.distinct} categories, the {len(statistics.categories)} most frequent are kept"
    return ""


def suggest_constraints(columns: Sequence[ColumnProfile]) -> Constraints:
    """The default constraints, with checks off where they could say nothing true.

    One rule: of a text whose values hardly repeat (more than half of them different), neither the categories nor their drift.
    """
    special = [
        ColumnConstraint(column.name, off=("baseline_drift_check", "categorical_values_check"))
        for column in columns
        if column.role.is_monitored and isinstance(column.statistics, CategoryStatistics)
        if column.statistics.distinct > max(_UNIQUE, column.statistics.count / 2)
    ]
    return Constraints(columns=tuple(special))


def hints(facts: Sequence[ColumnFacts], roles: Mapping[str, Role]) -> list[str]:
    """What a person should look at before the baseline is used; a sentence each."""
    found = []
    for column in facts:
        statistics = column.statistics
        if column.na_words and not column.is_typed:
            found.append(_na_hint(column))
        if statistics is not None and statistics.mistyped and roles[column.name].is_monitored:
            found.append(
                f"{column.name}: {statistics.mistyped} of {statistics.present} values are not {column.kind} "
                "(infinite or of another type); they are counted as mistyped and enter no statistic"
            )
    if Role.PREDICTION not in roles.values():
        found.append("no column is the prediction: name it with --role COLUMN=prediction, if the data has it")
    return found


def _na_hint(column: ColumnFacts) -> str:
    if column.kind is Kind.STRING:
        return f"{column.name}: {column.na_words} texts like NA are kept as a category; --na NA makes them missing"
    return f"{column.name}: {column.na_words} texts like NA are taken as missing, for all the rest is {column.kind}"
