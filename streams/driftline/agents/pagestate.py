"""The state of the live page: what the worker knows, as the page wants it."""

from __future__ import annotations

from driftline import __version__
from driftline.agents.clock import monotonic, now_ms
from driftline.agents.context import WorkerContext
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


class PageBuilder:
    """Keeps the last closed window of each length, and the last event of each open incident."""

    def __init__(self, context: WorkerContext) -> None:
        """Nothing is known yet."""
        self._context = context
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

    def forget(self) -> None:
        """Another worker judges now."""
        self._closed.clear()
        self._open_rows.clear()
        self._events.clear()

    def tick(self) -> None:
        """Measure the rate; called about once a second."""
        now, consumed = monotonic(), sum(s.records.total() for _, s in self._context.log.state.living())
        before, count = self._last
        if now - before >= 1.0:
            rate = max(0.0, (consumed - count) / (now - before)) if count else None
            self._rate, self._last = rate, (now, consumed)

    def take(self) -> PageState:
        """The page as of now."""
        context = self._context
        return PageState(
            generated=now_ms(),
            worker=context.name,
            release=__version__,
            ready=context.caught_up,
            notes=self._notes(),
            events_per_second=self._rate,
            models=tuple(self._model(key, lengths) for key, lengths in sorted(self._closed.items())),
            incidents=tuple(self._incidents()),
            sources=tuple(self._sources()),
            deadletters=dict(sorted(context.counters.reasons.items())),
        )

    def _notes(self) -> tuple[str, ...]:
        notes = []
        if self._context.verdict is None:
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
        owned = self._context.owned
        return [
            SourceView(
                topic=source.topic,
                partition=source.partition,
                owner="this worker" if (source.topic, source.partition) in owned else "",
                position=held.position if held.position >= 0 else None,
                lag=owned.get((source.topic, source.partition), (None, 0))[0],
                watermark=held.watermark if held.watermark > NO_TIME else None,
                idle=held.idle,
                holds_back=source in holding,
                records=_tally(held.records),
                rows=_tally(held.rows),
            )
            for source, held in sorted(state.living())
        ]


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
