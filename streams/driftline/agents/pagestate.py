"""The state of the live page: what the worker knows, as the page wants it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from typing import TypedDict

from driftline import __version__
from driftline.agents.clock import monotonic, now_ms
from driftline.agents.context import WorkerContext
from driftline.agents.reading import Place
from driftline.contracts.log import Counts
from driftline.contracts.statistics import CheckReading, FeatureStatistics, WindowStatistics
from driftline.contracts.violation import Violation
from driftline.durations import parse_duration
from driftline.engine.book import Emitted
from driftline.exporter.windows import STATE_RANK
from driftline.web.state import FeatureView, IncidentView, ModelView, PageState, SourceView, Tally
from driftline.windows.watermark import NO_TIME

DRIFT = ("baseline_drift_check", "prediction_drift_check")
ModelKey = tuple[str, str]


class OwnedView(TypedDict, total=False):
    """Fields of a SourceView that are filled for sources of this worker only."""

    owner: str
    lag: int | None
    condition: str
    why: str


class PageBuilder:
    """Keeps the last closed window of each length, and the last event of each open incident."""

    def __init__(self, context: WorkerContext, missing: Callable[[], Iterable[str]]) -> None:
        """``missing()`` is what the worker still lacks to be ready; nothing when it is."""
        self._context = context
        self._missing = missing
        self._closed: dict[ModelKey, dict[str, WindowStatistics]] = {}
        self._open_rows: dict[ModelKey, int] = {}
        self._events: dict[str, Violation] = {}
        self._rate: float | None = None
        self._last = (monotonic(), 0)

    def closed(self, emitted: Emitted) -> None:
        """Take in what a closed window said."""
        statistics = emitted.statistics
        self._closed.setdefault((statistics.model, statistics.version), {})[statistics.window.label] = statistics
        for event in emitted.violations:
            if event.kind == "resolved":
                self._events.pop(event.incident_id, None)
            else:
                self._events[event.incident_id] = event

    def opened(self, statistics: WindowStatistics) -> None:
        """Take in an early reading."""
        self._open_rows[statistics.model, statistics.version] = statistics.rows

    def retain(self, judged: AbstractSet[ModelKey]) -> None:
        """Forget the models that another worker judges now."""
        for held in (self._closed, self._open_rows):
            for key in held.keys() - judged:
                del held[key]
        self._events = {name: one for name, one in self._events.items() if (one.model, one.version) in judged}

    def tick(self) -> None:
        """Measure the rate; called about once a second."""
        now, consumed = monotonic(), sum(s.records.total() for _, s in self._context.log.state.living())
        before, count = self._last
        if now - before >= 1.0:
            rate = max(0.0, (consumed - count) / (now - before)) if count else None
            self._rate, self._last = rate, (now, consumed)

    def take(self) -> PageState:
        """The page as of now."""
        context, missing = self._context, tuple(self._missing())
        return PageState(
            generated=now_ms(),
            worker=context.name,
            release=__version__,
            ready=not missing,
            notes=(*(f"Not ready: {reason}." for reason in missing), *self._notes()),
            events_per_second=self._rate,
            models=tuple(self._model(key, lengths) for key, lengths in sorted(self._closed.items())),
            incidents=tuple(self._incidents()),
            sources=tuple(self._sources()),
            deadletters=dict(sorted(context.counters.reasons.items())),
        )

    def _notes(self) -> tuple[str, ...]:
        notes = []
        if not self._context.verdicts:
            notes.append("This worker does not judge at present: models and incidents are shown by the one that does.")
        if self._context.log.state.anomalies:
            notes.append(
                f"{self._context.log.state.anomalies} records of the delta log were out of order: please report this."
            )
        return tuple(notes)

    def _model(self, key: ModelKey, lengths: dict[str, WindowStatistics]) -> ModelView:
        shortest = min(lengths.values(), key=lambda s: parse_duration(s.window.label.partition("/")[0]))
        reason = next((r.reason for r in shortest.readings if r.state == shortest.state), "")
        return ModelView(
            model=key[0],
            version=key[1],
            state=shortest.state,
            reason=reason,
            baseline_id=shortest.baseline_id or "",
            window=shortest.window.label,
            window_start=shortest.window.start,
            window_end=shortest.window.end,
            rows=shortest.rows,
            open_rows=self._open_rows.get(key),
            features=tuple(_feature(feature) for feature in shortest.features),
        )

    def _incidents(self) -> list[IncidentView]:
        return [
            IncidentView(
                incident_id=event.incident_id,
                model=event.model,
                version=event.version,
                feature=event.feature,
                check=event.check,
                severity=event.severity,
                window=event.window.label,
                opened=event.opened.start,
                windows=event.windows,
                observed=event.observed,
                limit=event.limit,
                reason=event.reason,
                reproduce=event.reproduce,
            )
            for event in self._events.values()
        ]

    def _sources(self) -> list[SourceView]:
        state = self._context.log.state
        holding = set(state.holding_back())
        return [
            SourceView(
                topic=source.topic,
                partition=source.partition,
                **self._owned((source.topic, source.partition)),
                position=held.position if held.position >= 0 else None,
                watermark=held.watermark if held.watermark > NO_TIME else None,
                idle=held.idle,
                holds_back=source in holding,
                records=_tally(held.records),
                rows=_tally(held.rows),
            )
            for source, held in sorted(state.living())
        ]

    def _owned(self, place: Place) -> OwnedView:
        """What only the owner of a source knows of it."""
        context = self._context
        if place not in context.owned:
            return OwnedView()
        verdict = context.sight.verdicts.get(place)
        if verdict is None:
            return OwnedView(owner="this worker", lag=context.lag(place))
        return OwnedView(owner="this worker", lag=context.lag(place), condition=verdict.condition, why=verdict.why)


def _feature(feature: FeatureStatistics) -> FeatureView:
    drift = next((reading for reading in feature.readings if reading.check in DRIFT), None)
    told = (reading for reading in feature.readings if reading.state != "OK")
    worst: CheckReading | None = max(told, key=lambda reading: STATE_RANK[reading.state], default=None)
    shifts = [d.equivalent_sigmas for d in feature.distances if d.equivalent_sigmas is not None]
    return FeatureView(
        name=feature.name,
        role=feature.role,
        state=worst.state if worst is not None else "OK" if feature.readings else "UNKNOWN",
        check="" if worst is None else worst.check,
        measure="" if drift is None else drift.check,
        distance=None if drift is None else drift.observed,
        limit=None if drift is None else drift.limit,
        shift=max(shifts, default=None),
        completeness=feature.completeness,
        reason="" if worst is None else worst.reason,
    )


def _tally(counts: Counts) -> Tally:
    return Tally(
        accepted=counts.accepted,
        rejected=counts.rejected,
        late=counts.late,
        duplicate=counts.duplicate,
        ignored=counts.ignored,
    )
