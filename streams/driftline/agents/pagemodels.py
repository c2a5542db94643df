"""What the live page knows of models: the last closed window of each length, the past before it, and open incidents."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import msgspec

from driftline.agents.clock import now_ms
from driftline.agents.past import Past, view_of
from driftline.baseline.model import Baseline
from driftline.contracts.statistics import WindowStatistics
from driftline.drawing.reading import RANK, incident_view, overlay
from driftline.drawing.values import IncidentView, ModelView, by_distance
from driftline.durations import parse_duration
from driftline.engine.book import Emitted, ModelBook
from driftline.judging.incidents import Incident, IncidentKey
from driftline.web.history import History, Kept, past_of, states_of
from driftline.web.state import ModelPage, Wanted

ModelKey = tuple[str, str]
Shelf = Callable[[str], Baseline | None]

FEATURES = 8
"""Features of a model in the list of models. Chosen: what fits into a look."""

LISTED = 200
"""Models whose features are in the list at all: the worst. Chosen, as `/api/state` then stays below a megabyte."""

PAST = 30
"""Windows whose states the list shows."""


@dataclass(frozen=True)
class TakenModel:
    """Everything that the page of a model is made of, none of which changes any more."""

    view: ModelView
    statistics: WindowStatistics
    baseline: Baseline | None
    kept: tuple[Kept, ...]
    incidents: tuple[IncidentView, ...]
    generated: int

    def page(self) -> ModelPage:
        """Put it together; about 30 µs a feature and 1 µs a point of its past, so not on the event loop."""
        counts = {feature.name: feature.counts for feature in self.statistics.features}
        features = tuple(
            msgspec.structs.replace(
                feature,
                trend=past_of(self.kept, feature.name),
                overlay=overlay(self.baseline, feature.name, counts[feature.name]),
            )
            for feature in self.view.features
        )
        view = msgspec.structs.replace(self.view, features=features, history=states_of(self.kept))
        return ModelPage(generated=self.generated, view=view, statistics=self.statistics, incidents=self.incidents)


class PageModels:
    """All models that this worker judges. On the event loop's thread only."""

    def __init__(self) -> None:
        """Nothing is known at first; what was said before this worker took over comes by `earlier` and `recalled`."""
        self.history = History()
        self._closed: dict[ModelKey, dict[str, tuple[ModelView, WindowStatistics]]] = {}
        self._open_rows: dict[ModelKey, int] = {}
        self._incidents: dict[str, IncidentView] = {}

    def closed(self, emitted: Emitted) -> None:
        """Take in what a closed window said; about 4 µs a feature."""
        statistics = emitted.statistics
        view = view_of(statistics)
        self.history.add(view)
        self._show(view, statistics)
        for event in emitted.violations:
            before = self._incidents.pop(event.incident_id, None)
            if event.kind != "resolved":
                self._incidents[event.incident_id] = incident_view(event, before)

    def earlier(self, past: Past) -> None:
        """Take in windows that closed before this worker took over; the newest of a length is shown until another closes."""
        self.history.join(past.history)
        for key, lengths in past.last.items():
            known = self._closed.get(key, {})
            for label, statistics in lengths.items():
                if label not in known or known[label][1].window.start < statistics.window.start:
                    self._show(view_of(statistics), statistics)

    def recalled(self, incidents: Iterable[IncidentView]) -> None:
        """Take in incidents as their events told them; what this worker has seen itself is newer."""
        for one in incidents:
            seen = self._incidents.get(one.incident_id, one)
            told = msgspec.structs.replace(seen, onset=seen.onset or one.onset, moved=seen.moved or one.moved)
            self._incidents[one.incident_id] = told

    def _show(self, view: ModelView, statistics: WindowStatistics) -> None:
        sorted_view = msgspec.structs.replace(view, features=tuple(sorted(view.features, key=by_distance)))
        self._closed.setdefault((view.model, view.version), {})[view.window] = (sorted_view, statistics)

    def opened(self, statistics: WindowStatistics) -> None:
        """Take in an early reading."""
        self._open_rows[statistics.model, statistics.version] = statistics.rows

    def retain(self, judged: AbstractSet[ModelKey]) -> None:
        """Forget the models that another worker judges now."""
        for held in (self._closed, self._open_rows):
            for key in held.keys() - judged:
                del held[key]
        self.history.retain(judged)
        self._incidents = {name: one for name, one in self._incidents.items() if (one.model, one.version) in judged}

    def models(self) -> tuple[ModelView, ...]:
        """All of them in their shortest window, worst first."""
        views = sorted(map(self._view, self._closed), key=lambda view: (-RANK[view.state], view.model, view.version))
        return tuple(
            msgspec.structs.replace(
                view,
                features=view.features[:FEATURES],
                history=states_of(self.history.of((view.model, view.version, view.window))[-PAST:]),
            )
            if place < LISTED
            else msgspec.structs.replace(view, features=())
            for place, view in enumerate(views)
        )

    def take(self, wanted: Wanted, shelf: Shelf, incidents: Iterable[IncidentView]) -> TakenModel | None:
        """One model; None when no window of it, or none of that length, has closed here."""
        key = (wanted.model, wanted.version)
        if key not in self._closed or (wanted.window and wanted.window not in self._closed[key]):
            return None
        view = self._view(key, wanted.window)
        statistics = self._closed[key][view.window][1]
        return TakenModel(
            view=view,
            statistics=statistics,
            baseline=shelf(statistics.baseline_id or ""),
            kept=self.history.of((*key, view.window)),
            incidents=tuple(one for one in incidents if (one.model, one.version) == key),
            generated=now_ms(),
        )

    def incidents(self, books: Iterable[ModelBook]) -> tuple[IncidentView, ...]:
        """Everything that is open in the books; what opened before this worker took over is told with less."""
        held = (entry for book in books for entry in book.incidents.open_incidents())
        return tuple(self._incidents.get(incident.id) or _older(key, incident) for key, incident in held)

    def _view(self, key: ModelKey, window: str = "") -> ModelView:
        lengths = self._closed[key]
        ordered = sorted(lengths, key=lambda label: parse_duration(label.partition("/")[0]))
        view = lengths[window or ordered[0]][0]
        return msgspec.structs.replace(view, open_rows=self._open_rows.get(key), windows=tuple(ordered))


def _older(key: IncidentKey, incident: Incident) -> IncidentView:
    """An incident of which this worker has seen no event."""
    return IncidentView(
        incident_id=incident.id,
        model=key.model,
        version=key.version,
        feature=key.feature,
        check=key.check,
        severity="critical"
        if incident.severity == "critical"
        else "info"
        if incident.severity == "info"
        else "warning",
        window=key.window,
        opened=incident.opened_start,
        windows=incident.breaches,
        observed=incident.peak,
        reason="opened before this worker took over; observed is the peak",
    )
