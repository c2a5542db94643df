"""The state of the live page: what the worker knows, as the page wants it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypedDict

from driftline import __version__
from driftline.agents.clock import monotonic, now_ms
from driftline.agents.context import WorkerContext
from driftline.agents.pagemodels import PageModels, TakenModel
from driftline.agents.reading import Place
from driftline.baseline.model import Baseline
from driftline.contracts.log import Counts
from driftline.drawing.values import IncidentView
from driftline.web.state import PageState, SourceView, Tally, Wanted
from driftline.windows.watermark import NO_TIME


class OwnedView(TypedDict, total=False):
    """Fields of a SourceView that are filled for sources of this worker only."""

    owner: str
    lag: int | None
    condition: str
    why: str


class PageBuilder:
    """Puts the page together out of what the models say and what the worker knows of itself."""

    def __init__(self, context: WorkerContext, missing: Callable[[], Iterable[str]]) -> None:
        """``missing()`` is what the worker still lacks to be ready; nothing when it is."""
        self._context = context
        self._missing = missing
        self.models = PageModels()
        self._rate: float | None = None
        self._last = (monotonic(), 0)

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
            models=self.models.models(),
            incidents=self._incidents(),
            sources=tuple(self._sources()),
            deadletters=dict(sorted(context.counters.reasons.items())),
        )

    def take_model(self, wanted: Wanted) -> TakenModel | None:
        """What the page of one model is made of, as of now; None when no window of it has closed here."""
        return self.models.take(wanted, self._baseline, self._incidents())

    def _baseline(self, baseline: str) -> Baseline | None:
        shelves = (verdict.shelf.baseline(baseline) for verdict in self._context.verdicts.values())
        return next((found for found in shelves if found is not None), None)

    def _incidents(self) -> tuple[IncidentView, ...]:
        verdicts = self._context.verdicts.values()
        return self.models.incidents(book for verdict in verdicts for book in verdict.books.values())

    def _notes(self) -> tuple[str, ...]:
        notes = []
        if not self._context.verdicts:
            notes.append("This worker does not judge at present: models and incidents are shown by the one that does.")
        if self._context.log.state.anomalies:
            notes.append(
                f"{self._context.log.state.anomalies} records of the delta log were out of order: please report this."
            )
        looks = [status.look() for status in self._context.hook_statuses]
        notes += [f"{one.text()}." for one in looks if one.error]
        return tuple(notes)

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


def _tally(counts: Counts) -> Tally:
    return Tally(
        accepted=counts.accepted,
        rejected=counts.rejected,
        late=counts.late,
        duplicate=counts.duplicate,
        ignored=counts.ignored,
    )
