"""What ``/live`` and ``/ready`` answer, and what they say of every part and source."""

from __future__ import annotations

from collections.abc import Iterator

from driftline.agents.asking import Asked
from driftline.agents.capture import CaptureService
from driftline.agents.clock import monotonic
from driftline.agents.context import WorkerContext
from driftline.agents.verdict import VerdictService
from driftline.engine.source import Phase
from driftline.health import Condition, Health, HookHealth, PartHealth, SourceHealth


class Probes:
    """Answers for one worker; `live` and `ready` may be called from any thread."""

    def __init__(self, context: WorkerContext, capture: CaptureService, verdict: VerdictService) -> None:
        """Made on the loop's thread."""
        self._context = context
        self._capture = capture
        self._verdict = verdict
        self._asked = Asked(self.look)

    def live(self) -> Health:
        """Whether the loop comes round, and every part that has work gets on with it. Never waits."""
        parts = self._parts()
        stuck = tuple(part.text for part in parts if part.stuck)
        return Health(ok=not stuck, reasons=stuck, parts=parts)

    def ready(self) -> Health:
        """Whether the worker does its job. Waits for the loop; where that is stuck, what was known last, and since when."""
        try:
            return self._asked.ask()
        except TimeoutError as error:
            at, last = self._asked.last or (monotonic(), Health())
            reason = f"{error}; the sources are as they were {monotonic() - at:.0f} s ago"
            return Health(ok=False, reasons=(reason,), parts=self._parts(), sources=last.sources)

    def note(self) -> None:
        """Remember how things stand, for a `ready` that is asked while the loop is stuck."""
        self._asked.note()

    @property
    def judges(self) -> bool:
        """Whether all that was in the log when this worker took its shards over is folded. On the loop's thread."""
        return self._verdict.caught_up

    def look(self) -> Health:
        """The answer of `ready` as of now, on the loop's own thread."""
        missing = tuple(self._missing())
        return Health(
            ok=not missing, reasons=missing, parts=self._parts(), sources=tuple(self._sources()), hooks=self._hooks()
        )

    def _parts(self) -> tuple[PartHealth, ...]:
        return tuple(
            PartHealth(
                name=part.name,
                stuck=part.stuck,
                pending=part.pending,
                seconds=round(part.seconds, 1),
                text=part.sentence(),
            )
            for part in self._context.progress.look(monotonic())
        )

    def _missing(self) -> Iterator[str]:
        """What is still missing before the worker does its job."""
        context = self._context
        if context.sight.silence:
            yield f"Kafka has not answered for {context.sight.silence:.0f} s: {context.sight.error}"
        if not context.log.caught_up:
            yield "the delta log is not yet read to where it ended at the start"
        if not self._verdict.caught_up:
            yield "the verdict shards are not yet caught up"
        if not self._capture.joined:
            yield "the group has not yet assigned any sources"
        waiting = [r.task.source for r in self._capture.readings.values() if r.task.phase is not Phase.RUNNING]
        if waiting:
            yield f"{len(waiting)} sources are not yet being read, the first is {waiting[0]}"
        stuck = [place for place, one in context.sight.verdicts.items() if one.condition is Condition.STUCK]
        if stuck:
            (topic, partition), why = stuck[0], context.sight.verdicts[stuck[0]].why
            yield f"{len(stuck)} sources are stuck, the first is {topic}[{partition}]: {why}"

    def _hooks(self) -> tuple[HookHealth, ...]:
        """How code of the user's own fares, without names and errors: probes are open to all."""
        return tuple(status.look().in_public() for status in self._context.hook_statuses)

    def _sources(self) -> Iterator[SourceHealth]:
        context = self._context
        for place, standing in sorted(context.owned.items()):
            verdict = context.sight.verdicts.get(place)
            yield SourceHealth(
                topic=place[0],
                partition=place[1],
                phase=standing.phase,
                condition=Condition.STARTING if verdict is None else verdict.condition,
                seconds=0.0 if verdict is None else round(max(0.0, monotonic() - verdict.since), 1),
                why="not looked at yet" if verdict is None else verdict.why,
                position=standing.position,
                end=context.end(place),
                lag=context.lag(place),
            )
