"""Records and views for pages and reports, and a reader of the HTML that comes of them."""

from __future__ import annotations

from html.parser import HTMLParser

import msgspec

from driftline.agents.pagemodels import PageModels, TakenModel
from driftline.baseline.constraints import Constraints
from driftline.baseline.model import Baseline, CategoryStatistics, ColumnProfile, Kind, NumericStatistics, Role
from driftline.contracts.statistics import (
    CheckReading,
    Distance,
    FeatureStatistics,
    Ledger,
    SourceShare,
    Tally,
    WindowStatistics,
)
from driftline.contracts.violation import (
    EventKind,
    Histogram,
    Interval,
    Mover,
    OffsetRange,
    SageMakerLine,
    SeverityName,
    StateName,
    Violation,
    Window,
)
from driftline.drawing.values import IncidentView
from driftline.engine.book import Emitted
from driftline.web import ModelPage, Wanted

DAY = 86_400_000
HOUR = 3_600_000
START = 1_700_006_400_000
"""2023-11-15T00:00:00Z."""

VOID = {"meta", "link", "br", "rect", "circle", "line", "path"}


class Reader(HTMLParser):
    """Elements, cells, ids, references and labels of a document; complains of what is not well-formed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.cells: list[str] = []
        self.rows: list[list[str]] = []
        self.text: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == [], "everything is closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self._open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self.cells.append("")
            self.rows[-1].append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)
        if {"td", "th"} & set(self._open):
            self.cells[-1] += data
            self.rows[-1][-1] += data

    def values(self, name: str, tag: str | None = None) -> list[str]:
        return [value for where, key, value in self.attributes if key == name and tag in {None, where}]

    def row(self, first: str) -> list[str]:
        return next(row for row in self.rows if row and row[0] == first)


def reading(
    feature: str, check: str, state: StateName = "OK", observed: float | None = 0.25, limit: float | None = 0.1
) -> CheckReading:
    reason = "" if state == "OK" else "the distribution moved"
    return CheckReading(
        feature=feature, check=check, state=state, observed=observed, limit=limit, bound=observed, n=100,
        reason=reason, details={},
    )  # fmt: skip


def feature(
    name: str, distance: float | None = 0.05, limit: float = 0.1, counts: tuple[int, ...] = (), **changes: object
) -> FeatureStatistics:
    state: StateName = "UNKNOWN" if distance is None else "VIOLATED" if distance > limit else "OK"
    values: dict[str, object] = {
        "name": name, "role": "feature", "kind": "Fractional", "present": 90, "missing": 10, "mistyped": 0, "unseen": 0,
        "below": 0, "above": 0, "clipped": 0, "completeness": 0.9, "mean": 1.5, "std": 1.0, "min": 0.0, "max": 9.0,
        "distinct": 7, "counts": counts, "quantiles": (),
        "distances": (Distance(name="linf_robust", value=distance, equivalent_sigmas=distance),),
        "readings": (reading(name, "baseline_drift_check", state, distance, limit),),
    }  # fmt: skip
    return FeatureStatistics(**{**values, **changes})  # type: ignore[arg-type]


def window(
    *features: FeatureStatistics,
    start: int = START,
    length: int = DAY,
    label: str = "1d",
    model: str = "churn",
    version: str = "1",
    state: StateName | None = None,
    **changes: object,
) -> WindowStatistics:
    worst: StateName = "VIOLATED" if any(r.state == "VIOLATED" for f in features for r in f.readings) else "OK"
    tally = Tally(accepted=100)
    source = SourceShare(
        range=OffsetRange(topic="captures", partition=0, start=7, end=107), records=tally, rows=tally, idle=False
    )
    values: dict[str, object] = {
        "model": model, "version": version, "slice": "", "window": Window(label=label, start=start, end=start + length),
        "baseline_id": "b" * 16, "state": state or worst, "rows": 100,
        "ledger": Ledger(complete=True, reasons=(), records=tally, rows=tally, sources=(source,)),
        "features": features, "operations": None, "extras": {}, "extras_overflow": 0,
        "readings": (reading("", "volume_check", observed=100.0, limit=None),),
    }  # fmt: skip
    return WindowStatistics(**{**values, **changes})  # type: ignore[arg-type]


def violation(
    kind: EventKind = "opened",
    *,
    start: int = START,
    incident: str = "a" * 32,
    name: str = "age",
    model: str = "churn",
    version: str = "1",
    severity: SeverityName = "warning",
    opened: int = START,
) -> Violation:
    return Violation(
        model=model, version=version, slice="", feature=name, check="baseline_drift_check", kind=kind,
        state="OK" if kind == "resolved" else "VIOLATED", severity=severity, incident_id=incident,
        event_id=f"{start + len(kind):032x}", observed=0.25, limit=0.1, bound=0.25, n=100, completeness=1.0,
        reason="the distribution moved", details={}, baseline_id="b" * 16,
        window=Window(label="1d", start=start, end=start + DAY), opened=Window(label="1d", start=opened, end=opened + DAY),
        windows=1 + (start - opened) // DAY, peak=0.25,
        baseline_histogram=Histogram(counts=(0, 50, 50, 0), edges=(0.0, 1.0, 2.0)),
        window_histogram=Histogram(counts=(0, 10, 80, 0), edges=(0.0, 1.0, 2.0)),
        onset=Interval(earliest=opened + HOUR, latest=opened + 2 * HOUR, method="panes") if kind == "opened" else None,
        moved=(Mover(feature=name, equivalent_sigmas=0.5, state="VIOLATED"),), offsets=(), reproduce="driftline analyze",
        sagemaker=SageMakerLine(feature_name=name, constraint_check_type="baseline_drift_check", description="moved"),
    )  # fmt: skip


def baseline(number: str = "age", text: str = "plan", categories: tuple[str, ...] = ("free", "paid")) -> Baseline:
    edges = (0.0, 1.0, 2.0)
    numeric = NumericStatistics(
        count=100, missing=0, mean=1.0, std=0.5, min=0.0, max=2.0, edges=edges, counts=(0, 50, 50, 0), distinct=2, quantiles={}
    )  # fmt: skip
    held = dict.fromkeys(categories, 50)
    words = CategoryStatistics(count=50 * len(held), missing=0, categories=held, other=0, distinct=len(held))
    return Baseline.build(
        model="churn",
        version="1",
        rows=100,
        columns=(
            ColumnProfile(number, Role.FEATURE, Kind.FRACTIONAL, numeric),
            ColumnProfile(text, Role.FEATURE, Kind.STRING, words),
        ),
        constraints=Constraints(),
    )


def _taken(name: str = "age", model: str = "churn", windows: int = 3) -> TakenModel:
    """A model with a number and a category of that name, after so many days."""
    models = PageModels()
    for day in range(windows):
        number = feature(name, 0.1 * day, counts=(0, 30, 60, 0))
        words = feature(f"{name} in words", 0.02, counts=(40, 50, 0), kind="String")
        events = (violation(name=name, model=model, start=START + 2 * DAY),) if day == 2 else ()
        models.closed(Emitted(window(number, words, start=START + day * DAY, model=model, version=name), events))
    found = models.take(
        Wanted(model=model, version=name), lambda _: baseline(name, f"{name} in words", (name, "b")), ()
    )
    assert found is not None
    return found


def live_model(name: str = "age", **changes: object) -> ModelPage:
    page = _taken(name, **changes).page()  # type: ignore[arg-type]
    return msgspec.structs.replace(page, incidents=(incident(feature=name, reason=name),))


def incident(**changes: object) -> IncidentView:
    values: dict[str, object] = {
        "incident_id": "i" * 32, "model": "churn", "version": "1", "feature": "age", "check": "baseline_drift_check",
        "severity": "warning", "window": "1h", "opened": START, "windows": 2,
    }  # fmt: skip
    return IncidentView(**{**values, **changes})  # type: ignore[arg-type]
