"""What the worker shows of itself: series for Prometheus, the state of the live page, and the answers to probes."""

from __future__ import annotations

import asyncio
from typing import Any

from mode import Service

from driftline import __version__
from driftline.agents.asking import Loop
from driftline.agents.background import in_background
from driftline.agents.clock import monotonic
from driftline.agents.context import WorkerContext
from driftline.agents.pagestate import PageBuilder
from driftline.agents.probes import Probes
from driftline.agents.recall import Recall
from driftline.agents.scheduled import REFRESH_SECONDS, ScheduledSeries
from driftline.contracts.log import Counts, LogRecord, PaneDelta, Source
from driftline.engine.book import Emitted, ModelBook
from driftline.engine.ledger import Outcome
from driftline.engine.verdict import Verdict
from driftline.exporter.guard import unguarded
from driftline.exporter.operations import ServingTotals
from driftline.exporter.render import Renderer
from driftline.exporter.series import SeriesTable
from driftline.exporter.server import ExporterServer
from driftline.exporter.thread import ServerThread
from driftline.exporter.windows import show_closed, show_model, show_open, show_watch
from driftline.exporter.worker import WorkerMetrics
from driftline.health import LOOP, Condition, HookHealth
from driftline.hooks.status import HookStatus
from driftline.stats.operations import LATENCY_EDGES, Operations
from driftline.web.page import LivePage
from driftline.web.state import ModelPage, Wanted
from driftline.windows.spec import WindowSpec
from driftline.windows.watermark import NO_TIME

EARLY_SECONDS = 1.0
"""Time between two early readings of the open windows."""

EARLY_SHARE = 0.02
"""Share of the time that early readings may take; models and their windows take turns. Chosen: 2 % of a core. A reading of
25 features takes 10 to 30 ms."""

PULSE_SECONDS = 1.0
"""Time between two beats of the event loop itself."""


class TelemetryService(Service):
    """Serves ``/metrics``, ``/live``, ``/ready`` and the page, and keeps what they show up to date."""

    def __init__(self, context: WorkerContext, probes: Probes, **options: Any) -> None:
        """Nobody is listened to before it is started."""
        super().__init__(**options)
        metrics = context.config.metrics
        self.context = context
        self.table = SeriesTable(max_series=metrics.max_series)
        self.metrics = WorkerMetrics(__version__)
        self.totals = ServingTotals(self.table, LATENCY_EDGES)
        self.scheduled = ScheduledSeries(context, self.table)
        self._probes = probes
        self.page = PageBuilder(context, lambda: probes.look().reasons)
        self._places: set[tuple[str, int]] = set()
        self._shown: dict[Source, tuple[Counts, Counts]] = {}
        self._letters: dict[str, int] = {}
        self._hooks: dict[HookStatus, HookHealth] = {}
        self._turn = 0
        self._early_at = 0.0
        self._overflow = 0
        self.server = ServerThread(self._server(probes))

    def _server(self, probes: Probes) -> ExporterServer:
        metrics = self.context.config.metrics
        return ExporterServer(
            Renderer(self.table, self.metrics),
            host=metrics.host,
            port=metrics.port,
            live=probes.live,
            ready=probes.ready,
            page=self._live_page(),
            token=metrics.token,
        )

    def _live_page(self) -> LivePage:
        """What is taken is taken on the loop, in microseconds a model; what is long to make is made in the caller's thread."""
        loop = Loop()

        def model(wanted: Wanted) -> ModelPage | None:
            taken = loop.ask(lambda: self.page.take_model(wanted))
            return None if taken is None else taken.page()

        return LivePage(lambda: loop.ask(self.page.take), model)

    async def on_start(self) -> None:
        """Listen."""
        self.context.log.listen(self._on_log)
        self.context.on_emitted.append(self._on_emitted)
        self.context.on_judged.append(self._on_judged)
        self.context.on_executed.append(lambda one: self.metrics.count_execution(one.schedule, one.status))
        with self.context.ending.named("web server"):
            await in_background(self.server.start)
        self.context.address = f"http://{self.context.config.metrics.host}:{self.server.port}"
        self.log.info("metrics at %s/metrics, live page at %s/", self.context.address, self.context.address)
        metrics = self.context.config.metrics
        if unguarded(metrics.token, metrics.host):
            self.log.warning(
                "%s is open to everybody who can reach it: names of models and features, and their statistics; "
                "set metrics.token, or metrics.host to 127.0.0.1",
                self.context.address,
            )

    async def on_stop(self) -> None:
        """Stop listening."""
        await in_background(self.server.stop)
        await in_background(self.scheduled.close)

    @Service.task
    async def _run(self) -> None:
        await self.context.ending.keep("telemetry", self._turns())

    async def _turns(self) -> None:
        while not self.should_stop:
            await asyncio.sleep(EARLY_SECONDS)
            with self.context.ending.named("web server"):
                self.server.check()
            self._show_sources()
            self._show_models()
            self._show_hooks()
            table = self.table
            self.metrics.show_table(len(table), table.refused, table.dropped, table.shortened)
            self.page.tick()
            self._probes.note()
            self.context.beat("telemetry")

    @Service.task
    async def _recall(self) -> None:
        recall = Recall(self.context, self.page.models, lambda: self._probes.judges)
        while not self.should_stop:
            await asyncio.sleep(EARLY_SECONDS)
            with self.context.ending.named("telemetry"):
                await recall.look()

    @Service.task
    async def _schedules(self) -> None:
        while not self.should_stop:
            with self.context.ending.named("telemetry"):
                await self.scheduled.refresh()
            await asyncio.sleep(REFRESH_SECONDS)

    @Service.task
    async def _pulse(self) -> None:
        while not self.should_stop:
            self.context.beat(LOOP)
            await asyncio.sleep(PULSE_SECONDS)

    # -- sources ----------------------------------------------------------------------------------------------------

    def _on_log(self, _offset: int, record: LogRecord, outcome: Outcome) -> None:
        self.metrics.count_log_record(type(record).__name__.lower(), outcome.value)

    def _show_sources(self) -> None:
        owned = self.context.owned
        for place in self._places - set(owned):
            self.metrics.remove_source(*place)
        for place in set(owned) - self._places:
            self.metrics.add_source(*place)
        self._places = set(owned)
        self._show_ledger()
        self._show_conditions()
        holding = {(s.topic, s.partition) for s in self.context.log.state.holding_back()}
        for place, standing in owned.items():
            self.metrics.set_lag(*place, self.context.lag(place))
            if standing.watermark > NO_TIME:
                self.metrics.set_watermark(*place, standing.watermark)
            self.metrics.set_holds_back(*place, holds_back=place in holding)
        overflow = sum(verdict.overflow for verdict in self.context.verdicts.values())
        self.metrics.count_overflow("model_rows", max(0, overflow - self._overflow))
        self._overflow = overflow
        for reason, count in self.context.counters.reasons.items():
            self.metrics.count_deadletter(reason, count - self._letters.get(reason, 0))
            self._letters[reason] = count

    def _show_hooks(self) -> None:
        """What code of the user's own has done since the last look."""
        for status in self.context.hook_statuses:
            now, before = status.look(), self._hooks.get(status)
            results = {
                name: count - (before.results.get(name, 0) if before else 0) for name, count in now.results.items()
            }
            self.metrics.count_hook(now.model, now.hook, results, now.restarts - (before.restarts if before else 0))
            self._hooks[status] = now

    def _show_conditions(self) -> None:
        sight = self.context.sight
        self.metrics.set_kafka(up=not sight.silence, answered_ms=sight.answered_ms)
        for place in self._places:
            verdict = sight.verdicts.get(place)
            self.metrics.set_condition(*place, Condition.STARTING if verdict is None else verdict.condition)

    def _show_ledger(self) -> None:
        """The ledger of our sources as the log has it, from their birth on."""
        for source, held in self.context.log.state.living():
            place = (source.topic, source.partition)
            if place not in self._places:
                self._shown.pop(source, None)
                continue
            records, rows = self._shown.get(source, (Counts(), Counts()))
            self.metrics.count_records(*place, _growth(held.records, records))
            self.metrics.count_rows(*place, _growth(held.rows, rows))
            self._shown[source] = (held.records, held.rows)

    # -- models -----------------------------------------------------------------------------------------------------

    def _on_judged(self, panes: list[PaneDelta]) -> None:
        """Totals of what models serve, from the panes that this worker has merged."""
        told: set[tuple[str, str, int]] = set()
        for pane in panes:
            place = (pane.model, pane.version, pane.pane)
            if place in told:
                continue
            told.add(place)
            calls = Operations.from_state(pane.statistics["operations"])
            self.totals.add(
                pane.model,
                pane.version,
                requests=calls.requests,
                rows=calls.rows,
                errors=calls.errors,
                latency_counts=calls.latency_counts.tolist(),
                latency_microseconds=round(calls.latency_sum * 1e6),
            )

    def _on_emitted(self, emitted: Emitted, now: int, caught_up: bool) -> None:  # noqa: FBT001 - of a listener
        statistics = emitted.statistics
        show_closed(self.table, statistics)
        self.scheduled.closed(statistics)
        self.page.models.closed(emitted)
        for event in emitted.violations:
            self.metrics.count_violation(event.model, event.version, event.check, event.severity, event.event_id)
            if caught_up:
                self.metrics.observe_window_to_violation(max(0.0, (now - event.window.end) / 1000))

    def _show_models(self) -> None:
        verdicts = list(self.context.verdicts.values())
        books = [(verdict, *item) for verdict in verdicts for item in sorted(verdict.books.items())]
        judged = {key for _, key, _ in books}
        self.table.retain(judged)
        self.page.models.retain(judged)
        turns = [(verdict, key, book, spec) for verdict, key, book in books for spec in book.settings.windows]
        began = monotonic()
        for step in range(len(turns) if began >= self._early_at else 0):
            self._show_early(*turns[(self._turn + step) % len(turns)])
            taken = monotonic() - began
            self._early_at = began + taken / EARLY_SHARE
            if taken > EARLY_SECONDS * EARLY_SHARE:
                self._turn = (self._turn + step + 1) % len(turns)
                break

    def _show_early(self, verdict: Verdict, key: tuple[str, str], book: ModelBook, spec: WindowSpec) -> None:
        """The open window of one length of a model, and what the model is told by besides."""
        statistics = book.early(spec, verdict.log, verdict.shelf)
        if statistics is not None:
            show_open(self.table, statistics)
            self.page.models.opened(statistics)
        if book.lane is not None:
            show_watch(self.table, *key, {r.feature: r.state.value for r in book.lane.readings()})
        self.totals.expect(*key)
        line = verdict.log.line(*key)
        baseline = verdict.shelf.baseline(line.baselines[-1].baseline) if line.baselines else None
        incidents = dict.fromkeys(("info", "warning", "critical"), 0)
        for _, incident in book.incidents.open_incidents():
            incidents[incident.severity] += 1
        show_model(self.table, *key, baseline, incidents)


def _growth(now: Counts, before: Counts) -> dict[str, int]:
    return {name: getattr(now, name) - getattr(before, name) for name in Counts.__struct_fields__}
