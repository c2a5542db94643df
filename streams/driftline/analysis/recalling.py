"""A model's book that knows what was told before: windows of the past are recalled, those that are asked for are judged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from driftline.analysis.told import Record, Told, inputs_of
from driftline.engine.baselines import BaselineShelf
from driftline.engine.book import Emitted, ModelBook
from driftline.engine.ledger import LogState
from driftline.engine.results import recall
from driftline.engine.standing import ModelLine
from driftline.windows.spec import Window, WindowSpec
from driftline.windows.watermark import NO_TIME

Closing = tuple[Window, WindowSpec, bool]


def _all(_window: Window, _spec: WindowSpec) -> bool:
    return True


@dataclass
class RecallingBook(ModelBook):
    """``told`` is what the workers said; ``wanted`` are the windows to be judged; panes are there from ``since`` on.

    Windows are taken in the order of the worker: those that were told, and those that the panes hold besides.
    """

    told: Told = field(default_factory=Told)
    wanted: Callable[[Window, WindowSpec], bool] = _all
    since: int = NO_TIME
    judged: set[tuple[str, Window]] = field(default_factory=set)

    def _closing(self, closed: int) -> list[Closing]:
        specs = {spec.label: spec for spec in self.settings.windows}
        past = [record for record in self.told.ending(self.closed, closed) if record.key[0] in specs]
        found: list[Closing] = [(one.window, specs[one.key[0]], one.statistics.rows > 0) for one in past]
        known = {(spec.label, window) for window, spec, _ in found}
        for window, spec, has_rows in super()._closing(closed):
            if (spec.label, window) not in known and window.start >= self.since:
                found.append((window, spec, has_rows))
        return sorted(found, key=lambda entry: (entry[0].end, entry[1].length_ms, entry[1].step_ms))

    def _judge(
        self,
        window: Window,
        spec: WindowSpec,
        line: ModelLine,
        log: LogState,
        shelf: BaselineShelf,
        *,
        has_rows: bool,
    ) -> Emitted:
        record = self.told.get(spec, window)
        wanted = self.wanted(window, spec)
        if record is not None and not (wanted and self.judged):
            self._settle(record)
        if record is None or wanted:
            self.judged |= {(spec.label, window)} if wanted else set()
            return super()._judge(window, spec, line, log, shelf, has_rows=has_rows)
        baseline = shelf.baseline(line.at(window.start))
        recall(record.statistics, baseline, self.history, self.incidents)
        return Emitted(record.statistics, ())

    def _settle(self, record: Record) -> None:
        """Forget panes of the sequential lane that belong to an earlier epoch than the worker's."""
        inputs = inputs_of(record.statistics)
        if self.lane is not None and inputs and self.lane.inputs > inputs:
            self.lane = self.lane.newest(inputs)
