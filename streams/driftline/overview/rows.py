"""From samples to rows: models, the features that are furthest from normal, sources. Pure; the worst of all workers counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from driftline.exporter import names
from driftline.exporter.reading import Reading

STATES: Final = ("OK", "WATCH", "UNKNOWN", "VIOLATED")
"""By their rank, which is the value of the gauge."""

DISTANCE: Final = "linf_robust"
"""The distance whose equivalent shift is shown: the one with the noise of both samples taken off."""

WANTED: Final = frozenset(
    family.name
    for family in (
        names.MODEL_STATE,
        names.WINDOW_ROWS,
        names.WINDOW_END,
        names.OPEN_INCIDENTS,
        names.FEATURE_STATE,
        names.FEATURE_SHIFT,
        names.LAG,
        names.CONDITION,
    )
)
"""The families that are read."""


@dataclass(frozen=True, slots=True)
class ModelRow:
    """A model and version in its last closed window of one length. ``ended`` is seconds since the epoch."""

    model: str
    version: str
    window: str
    state: str
    rows: int
    ended: float
    incidents: int


@dataclass(frozen=True, slots=True)
class FeatureRow:
    """A feature in that window: the worst of its checks, and how far it moved in sigmas of the baseline."""

    model: str
    version: str
    window: str
    feature: str
    state: str
    checks: tuple[str, ...]
    shift: float


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A partition of a captures topic; ``lag`` None where it is not known."""

    topic: str
    partition: int
    condition: str
    lag: int | None


@dataclass(frozen=True, slots=True)
class Overview:
    """All rows: models and features worst first, sources by name."""

    models: tuple[ModelRow, ...]
    features: tuple[FeatureRow, ...]
    sources: tuple[SourceRow, ...]


def overview(readings: Iterable[Reading]) -> Overview:
    """The rows of the samples of any number of workers."""
    found: dict[str, dict[tuple[str, ...], float]] = defaultdict(dict)
    for name, labels, value in readings:
        key = tuple(labels.get(label, "") for label in _LABELS[name])
        found[name][key] = max(value, found[name].get(key, value))
    return Overview(_models(found), _features(found), _sources(found))


_LABELS: Final = {family.name: family.labels for family in names.ALL_FAMILIES if family.name in WANTED}
Found = dict[str, dict[tuple[str, ...], float]]


def _models(found: Found) -> tuple[ModelRow, ...]:
    incidents: dict[tuple[str, ...], float] = defaultdict(float)
    for (model, version, _), count in found[names.OPEN_INCIDENTS.name].items():
        incidents[model, version] += count
    rows, ends = found[names.WINDOW_ROWS.name], found[names.WINDOW_END.name]
    made = []
    for key, rank in found[names.MODEL_STATE.name].items():
        model, version, window = key
        opened = int(incidents[model, version])
        row = ModelRow(model, version, window, _state(rank), int(rows.get(key, 0)), ends.get(key, 0.0), opened)
        made.append(row)
    return tuple(sorted(made, key=lambda row: (-_rank(row.state), row.model, row.version, row.window)))


def _features(found: Found) -> tuple[FeatureRow, ...]:
    """Those with a check that is not OK or a shift; a check of the model as a whole has no feature."""
    ranks: dict[tuple[str, str, str, str], dict[str, float]] = defaultdict(dict)
    for (model, version, feature, window, check), rank in found[names.FEATURE_STATE.name].items():
        ranks[model, version, window, feature][check] = rank
    shifts = {
        (model, version, window, feature): shift
        for (model, version, feature, window, distance), shift in found[names.FEATURE_SHIFT.name].items()
        if distance == DISTANCE
    }
    made = []
    for key, checks in ranks.items():
        worst = max(checks.values())
        reasons = tuple(sorted(check for check, rank in checks.items() if rank == worst and worst > 0))
        made.append(FeatureRow(*key, _state(worst), reasons, shifts.get(key, 0.0)))
    moved = [row for row in made if row.state != "OK" or row.shift > 0]
    return tuple(sorted(moved, key=lambda row: (-_rank(row.state), -row.shift, row.model, row.version, row.feature)))


def _sources(found: Found) -> tuple[SourceRow, ...]:
    """A source that more than one worker shows (it has just changed hands) is in the condition that comes last by name."""
    conditions = {
        (topic, partition): condition
        for (topic, partition, condition), value in sorted(found[names.CONDITION.name].items())
        if value
    }
    lags = found[names.LAG.name]
    places = sorted({*conditions, *lags}, key=lambda place: (place[0], int(place[1])))
    return tuple(
        SourceRow(
            topic, int(partition), conditions.get((topic, partition), "unknown"), _whole(lags.get((topic, partition)))
        )
        for topic, partition in places
    )


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)


def _state(rank: float) -> str:
    return STATES[int(rank)]


def _rank(state: str) -> int:
    return STATES.index(state)
