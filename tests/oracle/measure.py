"""What a window's rows come to, column by column: counts, moments and distances, each straight from the values."""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

from oracle.capture import Row
from oracle.setup import Baseline, Column

MISTYPED = object()
CLIP = 512.0
LARGEST = 1e150
LATENCIES = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
STATUSES = ("none", "ok", "client_error", "server_error", "other")
_NUMBER = re.compile(r"[-+]? ?[0-9]+(?:\.[0-9]+)?(?:[Ee][-+]?[0-9]+)?")


@dataclass
class Facts:
    """One monitored column in one window."""

    column: Column
    rows: int
    present: int = 0
    mistyped: int = 0
    unseen: int = 0
    below: int = 0
    above: int = 0
    counts: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)

    @property
    def count(self) -> int:
        return sum(self.counts)

    @property
    def wire(self) -> dict[str, Any]:
        """The part of the final statistics that is this column's."""
        found: dict[str, Any] = {
            "name": self.column.name,
            "role": self.column.role,
            "kind": self.column.kind,
            "present": self.present,
            "missing": self.rows - self.present,
            "mistyped": self.mistyped,
            "unseen": self.unseen,
            "below": self.below,
            "above": self.above,
            "completeness": self.present / self.rows if self.rows else None,
            "counts": self.counts,
        }
        return found | self._numbers()

    def _numbers(self) -> dict[str, Any]:
        if not self.values:
            return dict.fromkeys(("mean", "std", "min", "max"))
        base = self.column.statistics or {}
        center, scale = base["mean"], self.scale
        values = [min(max(value, center - CLIP * scale), center + CLIP * scale) for value in self.values]
        mean = math.fsum(values) / len(values)
        spread = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / len(values))
        return {"mean": mean, "std": spread, "min": min(self.values) + 0.0, "max": max(self.values) + 0.0}

    @property
    def scale(self) -> float:
        base = self.column.statistics or {}
        return float(base["std"] or abs(base["mean"]) or 1.0)


def values_of(row: Row, baseline: Baseline | None) -> dict[str, object]:
    """All values of a row by column name, the prediction where the baseline has it."""
    values = dict(row.values)
    columns = baseline.with_role("prediction") if baseline else []
    for name, value in _spread(row.prediction, columns).items():
        if values.get(name) is None:
            values[name] = value
    return values


def _spread(prediction: object, columns: Sequence[str]) -> dict[str, object]:
    if prediction is None:
        return {}
    if isinstance(prediction, Mapping):
        return {key if key in columns else f"prediction.{key}": value for key, value in prediction.items()}
    single = len(columns) == 1 and not columns[0].startswith(("prediction[", "prediction."))
    if isinstance(prediction, list) and not single:
        return {f"prediction[{place}]": value for place, value in enumerate(prediction)}
    return {columns[0] if single else "prediction": prediction}


def cell(value: object, kind: str, *, text: bool) -> object:
    """A number, a category, None if missing, or MISTYPED."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if text and isinstance(value, str):
        return _text_cell(value, kind)
    if kind == "String":
        return value if isinstance(value, str) else MISTYPED
    if kind == "Boolean":
        return str(value).lower() if isinstance(value, bool) else MISTYPED
    return MISTYPED if isinstance(value, bool) or not isinstance(value, int | float) else _number(value)


def _number(value: float) -> object:
    try:
        number = float(value)
    except OverflowError:
        return MISTYPED
    return number if math.isfinite(number) else MISTYPED


def _text_cell(value: str, kind: str) -> object:
    if value == "":
        return None
    if kind == "String":
        return value
    if kind == "Boolean":
        return value if value in {"true", "false"} else MISTYPED
    if _NUMBER.fullmatch(value) is None:
        return MISTYPED
    number = float(value.replace(" ", ""))
    return number if math.isfinite(number) else MISTYPED


def facts_of(baseline: Baseline, rows: Sequence[Row]) -> list[Facts]:
    """Every monitored column, in the order of the data."""
    values = [(values_of(row, baseline), row.text) for row in rows]
    return [_facts(column, [(held.get(column.name), text) for held, text in values]) for column in baseline.monitored]


def _facts(column: Column, values: Sequence[tuple[object, bool]]) -> Facts:
    cells = [found for value, text in values if (found := cell(value, column.kind, text=text)) is not None]
    good = [found for found in cells if found is not MISTYPED]
    facts = Facts(column, len(values), present=len(cells), mistyped=len(cells) - len(good))
    if column.is_numeric:
        numbers = [found for found in good if isinstance(found, float)]
        edges, (low, high) = (column.statistics or {})["edges"], column.bounds
        bins = Counter(bisect_right(edges, number) for number in numbers)
        facts.counts = [bins[place] for place in range(len(edges) + 1)]
        facts.below, facts.above = sum(n < low for n in numbers), sum(n > high for n in numbers)
        facts.values = numbers
        if column.kind == "Integral":
            facts.mistyped += sum(not number.is_integer() for number in numbers)
    else:
        held = Counter(str(found) for found in good)
        facts.counts = [held[value] for value in column.categories]
        facts.unseen = len(good) - sum(facts.counts)
        facts.counts.append(facts.unseen)
    return facts


def extras_of(baseline: Baseline, rows: Sequence[Row]) -> dict[str, int]:
    """Rows per column that the baseline does not know. What is left of a prediction counts only beside known predictions."""
    names = {column.name for column in baseline.columns}
    found: Counter[str] = Counter()
    for row in rows:
        told = values_of(row, baseline) if baseline.with_role("prediction") else row.values
        found.update(name for name in told if name not in names)
    return dict(sorted(found.items()))


def operations_of(rows: Sequence[Row]) -> dict[str, Any]:
    """Figures of the serving: a request is told by its first row."""
    calls = [row for row in rows if row.first]
    latencies = [row.latency for row in calls if row.latency is not None]
    bins = Counter(sum(latency > edge for edge in LATENCIES) for latency in latencies)
    statuses = Counter(row.status for row in calls)
    return {
        "requests": len(calls),
        "errors": sum(row.error for row in calls),
        "statuses": {name: statuses[place] for place, name in enumerate(STATUSES)},
        "latency_counts": [bins[place] for place in range(len(LATENCIES) + 1)],
        "latency_mean_seconds": sum(round(latency * 1e6) for latency in latencies) / 1e6 / len(latencies)
        if latencies
        else None,
        "latency_max_seconds": max(latencies, default=None),
    }


def open_features(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """What is known of the columns of a model without a baseline."""
    columns: dict[str, list[object]] = {}
    for row in rows:
        for name, value in values_of(row, None).items():
            columns.setdefault(name, []).append(value)
    return [_open(name, held, len(rows)) for name, held in sorted(columns.items())]


def _open(name: str, values: Sequence[object], rows: int) -> dict[str, Any]:
    present = sum(value is not None and value == value for value in values)  # noqa: PLR0124 - NaN is missing
    read = [cell(value, "Fractional", text=False) for value in values]
    numbers = [number for number in read if isinstance(number, float) and abs(number) <= LARGEST]
    found: dict[str, Any] = {"name": name, "present": present, "missing": rows - present}
    if not numbers:
        return found | dict.fromkeys(("mean", "min", "max"))
    return found | {"mean": math.fsum(numbers) / len(numbers), "min": min(numbers), "max": max(numbers)}


# -- distances ------------------------------------------------------------------------------------------------------


def linf(baseline: Sequence[int], window: Sequence[int], *, ordered: bool) -> float:
    """The largest difference of the shares, of the cumulated ones where there is an order."""
    n, m = sum(baseline), sum(window)
    pairs = (
        zip(accumulate(baseline), accumulate(window), strict=True) if ordered else zip(baseline, window, strict=True)
    )
    return max(abs(b / n - w / m) for b, w in pairs)


def robust(baseline: Sequence[int], window: Sequence[int], *, ordered: bool) -> float:
    n, m = sum(baseline), sum(window)
    return max(0.0, linf(baseline, window, ordered=ordered) - 1.8 * math.sqrt(1 / n + 1 / m))


def distances_of(facts: Facts) -> dict[str, float | None]:
    """Distances that need no more than the shares; the others have oracles of their own elsewhere."""
    base, seen, ordered = facts.column.baseline_counts, facts.counts, facts.column.is_numeric
    names = ("linf_simple", "linf_robust", "total_variation", "hellinger", "psi")
    if not sum(base) or not sum(seen):
        return dict.fromkeys(names)
    p, q = ([count / sum(held) for count in held] for held in (base, seen))
    raised = [[(count + 0.5) / (sum(held) + 0.5 * len(held)) for count in held] for held in (base, seen)]
    values = (
        linf(base, seen, ordered=ordered),
        robust(base, seen, ordered=ordered),
        sum(abs(a - b) for a, b in zip(p, q, strict=True)) / 2,
        math.sqrt(sum((math.sqrt(a) - math.sqrt(b)) ** 2 for a, b in zip(p, q, strict=True)) / 2),
        sum((a - b) * math.log(a / b) for a, b in zip(*raised, strict=True)),
    )
    return dict(zip(names, values, strict=True))
