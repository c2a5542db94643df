"""The difference of two baselines, as sentences about columns and limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from driftline.baseline.model import CategoryStatistics, NumericStatistics

if TYPE_CHECKING:
    from collections.abc import Iterator

    from driftline.baseline.constraints import Constraints
    from driftline.baseline.model import Baseline, ColumnProfile, Statistics
    from driftline.baseline.sagemaker.rules import MonitorRules

_LISTED = 5


class Difference(NamedTuple):
    """One thing that differs: of which column ("" for the whole), what, and how it is in either baseline."""

    column: str
    what: str
    first: str
    second: str


def diff(first: Baseline, second: Baseline) -> list[Difference]:
    """All that differs between two baselines, in the order of the columns; empty for equal ids.

    Shifts of means are in sigmas of ``first``. Which rows they were made of is no difference by itself.
    """
    found = [
        Difference("", what, str(a), str(b))
        for what, a, b in (
            ("model", first.model, second.model),
            ("version", first.version, second.version),
            ("rows", first.rows, second.rows),
        )
        if a != b
    ]
    names = dict.fromkeys([column.name for column in (*first.columns, *second.columns)])
    for name in names:
        a, b = first.column(name), second.column(name)
        if a is None or b is None:
            found.append(Difference(name, "column", _there(a), _there(b)))
        else:
            found += _column(first, second, a, b)
    found += _constraints(first.constraints, second.constraints, list(names))
    return found + list(_rules(first.monitor, second.monitor, list(names)))


def _there(column: ColumnProfile | None) -> str:
    return "–" if column is None else f"{column.role}, {column.kind}"


def _column(first: Baseline, second: Baseline, a: ColumnProfile, b: ColumnProfile) -> Iterator[Difference]:
    if a.role != b.role:
        yield Difference(a.name, "role", a.role, b.role)
    if a.kind != b.kind:
        yield Difference(a.name, "kind", a.kind, b.kind)
    if a.statistics is None or b.statistics is None:
        return
    complete = (
        f"{s.present / rows:.2%}" if rows else "–"
        for s, rows in ((a.statistics, first.rows), (b.statistics, second.rows))
    )
    yield from _differing(a.name, "completeness", *complete)
    yield from _statistics(a.name, a.statistics, b.statistics)


def _statistics(name: str, a: Statistics, b: Statistics) -> Iterator[Difference]:
    if isinstance(a, NumericStatistics) and isinstance(b, NumericStatistics):
        if a.mean != b.mean:
            shift = f" ({(b.mean - a.mean) / a.std:+.2f} σ)" if a.std else ""
            yield Difference(name, "mean", f"{a.mean:.6g}", f"{b.mean:.6g}{shift}")
        yield from _differing(name, "sigma", f"{a.std:.6g}", f"{b.std:.6g}")
        yield from _differing(name, "range", f"{a.min:g} … {a.max:g}", f"{b.min:g} … {b.max:g}")
    elif isinstance(a, CategoryStatistics) and isinstance(b, CategoryStatistics):
        yield from _differing(name, "categories", *_only(a.categories, b.categories))


def _only(a: dict[str, int], b: dict[str, int]) -> tuple[str, str]:
    """The categories that one has and the other lacks, for either side."""
    sides = []
    for mine, other in ((a, b), (b, a)):
        only = [value for value in mine if value not in other]
        more = f" and {len(only) - _LISTED} more" if len(only) > _LISTED else ""
        sides.append(f"only {', '.join(only[:_LISTED])}{more}" if only else "")
    return sides[0], sides[1]


def _rules(a: MonitorRules | None, b: MonitorRules | None, names: list[str]) -> Iterator[Difference]:
    """Rules of Model Monitor that differ, by their path; those of a feature under the feature."""
    if a is None or b is None:
        judges = ("driftline" if side is None else "SageMaker Model Monitor" for side in (a, b))
        yield from _differing("", "judged as by", *judges)
        return
    yield from _paths("", "", msgspec.to_builtins(a.config), msgspec.to_builtins(b.config))
    for name in names:
        own = [msgspec.to_builtins(side.rules_of(name)) or {} for side in (a, b)]
        yield from _paths(name, "", *({k: v for k, v in side.items() if k != "inferred_type"} for side in own))


def _constraints(a: Constraints, b: Constraints, names: list[str]) -> Iterator[Difference]:
    """Limits that differ, by their path; those of a column under the column."""
    yield from _paths("", "", msgspec.to_builtins(a.defaults), msgspec.to_builtins(b.defaults))
    yield from _differing("", "min_samples", str(a.min_samples), str(b.min_samples))
    for name in names:
        own = [msgspec.to_builtins(side.column(name)) or {} for side in (a, b)]
        yield from _paths(name, "", *({k: v for k, v in side.items() if k != "name"} for side in own))


def _paths(column: str, path: str, a: object, b: object) -> Iterator[Difference]:
    if isinstance(a, dict) and isinstance(b, dict):
        for key in dict.fromkeys((*a, *b)):
            yield from _paths(column, f"{path}.{key}" if path else str(key), a.get(key), b.get(key))
    else:
        yield from _differing(column, f"limit {path}", *("–" if side is None else str(side) for side in (a, b)))


def _differing(column: str, what: str, a: str, b: str) -> Iterator[Difference]:
    if a != b:
        yield Difference(column, what, a, b)
