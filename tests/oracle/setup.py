"""What the oracle needs of a configuration and of a baseline's files, read by itself from TOML and JSON."""

from __future__ import annotations

import json
import math
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

UNITS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
NUMBERS = ("Integral", "Fractional")


@dataclass(frozen=True)
class Topic:
    """How one captures topic is read."""

    name: str
    format: str = "auto"
    model: str | None = None
    version: str | None = None
    lateness_ms: int = 10_000
    max_record_bytes: int = 1_048_576


@dataclass(frozen=True)
class Window:
    """One window length; ``label`` is what messages call it."""

    label: str
    length_ms: int
    step_ms: int


@dataclass(frozen=True)
class Model:
    """How one model is windowed."""

    pane_ms: int = 10_000
    windows: tuple[Window, ...] = ()
    timezone: str = "UTC"
    dedupe: int = 0
    open_after: tuple[int, int] = (1, 1)
    resolve_after: int = 1


@dataclass(frozen=True)
class Column:
    """One column of a baseline with the limits that are in force for it."""

    name: str
    role: str
    kind: str
    statistics: dict[str, Any] | None
    limits: dict[str, Any]

    @property
    def is_monitored(self) -> bool:
        return self.role in {"feature", "prediction"} and self.kind != "Unknown"

    @property
    def is_numeric(self) -> bool:
        return self.kind in NUMBERS

    @property
    def categories(self) -> tuple[str, ...]:
        """The known values: the baseline's, then those that a constraint allows."""
        if self.kind == "Boolean":
            return ("false", "true")
        known = list((self.statistics or {}).get("categories", {}))
        return tuple(known + [value for value in self.limits["categories"] if value not in known])

    @property
    def bounds(self) -> tuple[float, float]:
        """The interval that numbers may lie in."""
        statistics, limits = self.statistics or {}, self.limits
        low = statistics["min"] if limits["low"] is None else limits["low"]
        high = statistics["max"] if limits["high"] is None else limits["high"]
        return (low, high) if low <= high else (-math.inf, math.inf)

    @property
    def baseline_counts(self) -> list[int]:
        """The baseline's values in the bins that windows are counted on; a value seen once counts as unseen."""
        statistics = self.statistics or {}
        if self.is_numeric:
            return list(statistics["counts"])
        held = [statistics["categories"].get(value, 0) for value in self.categories]
        kept = [count if count > 1 else 0 for count in held]
        return [*kept, statistics["count"] - sum(kept)]


@dataclass(frozen=True)
class Baseline:
    """A baseline as its two files have it; the id is the one that the command line told."""

    id: str
    model: str
    version: str
    rows: int
    columns: tuple[Column, ...]
    min_samples: int
    volume: dict[str, Any]
    off: tuple[str, ...]
    missing_columns: bool
    extra_columns: bool

    def with_role(self, *roles: str) -> list[str]:
        return [column.name for column in self.columns if column.role in roles]

    @property
    def monitored(self) -> list[Column]:
        return [column for column in self.columns if column.is_monitored]


@dataclass
class Setup:
    """Topics, models, and per model and version the baselines with the event time from which they judge."""

    topics: dict[str, Topic]
    defaults: Model
    models: dict[str, Model]
    lines: dict[tuple[str, str], list[tuple[float, Baseline]]] = field(default_factory=dict)

    def model(self, name: str, version: str) -> Model:
        return self.models.get(f"{name}/{version}") or self.models.get(name) or self.defaults

    def baseline(self, model: str, version: str, start: float) -> Baseline | None:
        """The baseline that judges windows that start then."""
        found = None
        for effective, baseline in self.lines.get((model, version), []):
            if effective <= start:
                found = baseline
        return found


def milliseconds(text: str) -> int:
    match = re.fullmatch(r"(\d+)(ms|s|m|h|d)", text)
    if match is None:
        raise ValueError(f"no duration: {text!r}")
    return int(match[1]) * UNITS[match[2]]


def load_setup(path: Path) -> Setup:
    """The parts of a driftline configuration that results depend on. Idle sources are not modelled, so they may not be."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    topics = {}
    for entry in table["topics"]:
        assert entry["idle_advance"] == "none", "the oracle knows nothing of the clock"
        topics[entry["name"]] = Topic(
            entry["name"],
            entry.get("format", "auto"),
            entry.get("model"),
            entry.get("version"),
            milliseconds(entry.get("lateness", "10s")),
            entry.get("max_record_bytes", 1_048_576),
        )
    defaults = _model(table["defaults"], Model())
    models: dict[str, Model] = {}
    for name in sorted(table.get("models", {}), key=lambda name: (name.count("/"), name)):
        models[name] = _model(table["models"][name], models.get(name.rpartition("/")[0], defaults))
    return Setup(topics, defaults, models)


def _model(table: dict[str, Any], base: Model) -> Model:
    windows = base.windows
    if "windows" in table:
        windows = tuple(_window(label) for label in table["windows"])
    need, out_of = table.get("open_after", base.open_after)
    return Model(
        milliseconds(table["pane"]) if "pane" in table else base.pane_ms,
        windows,
        table.get("timezone", base.timezone),
        table.get("dedupe", base.dedupe),
        (need, out_of),
        table.get("resolve_after", base.resolve_after),
    )


def _window(label: str) -> Window:
    length, _, step = label.partition("/")
    return Window(label, milliseconds(length), milliseconds(step or length))


def load_baseline(folder: Path, identity: str) -> Baseline:
    """The baseline in a folder of the command line."""
    statistics = json.loads((folder / "statistics.json").read_text(encoding="utf-8"))
    constraints = json.loads((folder / "constraints.json").read_text(encoding="utf-8"))
    defaults, own = constraints["defaults"], {entry["name"]: entry for entry in constraints["columns"]}
    columns = tuple(
        Column(
            entry["name"],
            entry["role"],
            entry["kind"],
            entry["statistics"],
            _limits(defaults, own.get(entry["name"], {})),
        )
        for entry in statistics["columns"]
    )
    return Baseline(
        identity,
        statistics["model"],
        statistics["model_version"],
        statistics["rows"],
        columns,
        constraints["min_samples"],
        defaults["volume"],
        tuple(defaults["off"]),
        defaults["missing_columns"],
        defaults["extra_columns"],
    )


def _limits(defaults: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    bounds = own.get("bounds") or {}
    outside = bounds.get("max_outside")
    return {
        "drift": {**defaults["drift"], **{key: v for key, v in (own.get("drift") or {}).items() if v is not None}},
        "completeness": own.get("completeness") or defaults["completeness"],
        "max_mismatch": (own.get("data_type") or defaults["data_type"])["max_mismatch"],
        "max_unseen": (own.get("categorical") or defaults["categorical"])["max_unseen"],
        "low": bounds.get("min"),
        "high": bounds.get("max"),
        "max_outside": defaults["bounds"]["max_outside"] if outside is None else outside,
        "categories": own.get("categories") or [],
        "off": [*defaults["off"], *own.get("off", [])],
    }
