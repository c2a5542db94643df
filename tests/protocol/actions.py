"""Everything that can happen, each by a name and three whole numbers, which choose among whatever there is (modulo its size)."""

from __future__ import annotations

from driftline.contracts.log import (
    BaselineInForce,
    Stamp,
    encode_record,
)
from driftline.engine.baselines import pack_baseline
from driftline.windows.watermark import NO_TIME
from protocol import traffic
from protocol.capture_worker import CaptureWorker, Place
from protocol.cluster import Cluster
from protocol.tapes import Entry, Outbox, Row, Tape
from protocol.verdict_worker import VerdictWorker


class Actions(Cluster):
    """A cluster and its workers; nothing happens where there is nothing to choose from."""

    def __init__(self, partitions: int = 2, shards: int = 1) -> None:
        super().__init__(partitions, shards)
        self.captures: list[CaptureWorker] = []
        self.verdicts: list[VerdictWorker] = []
        self.orphans: list[Outbox] = []
        self.baselines: list[BaselineInForce] = []
        self._names = 0
        self._ids = 0

    def act(self, name: str, a: int, b: int, c: int) -> None:
        """One action; nothing happens where there is nothing to choose from."""
        getattr(self, f"do_{name}")(a, b, c)
        self._bury()

    def do_event(self, a: int, b: int, c: int) -> None:
        """A few records: out of order, late, from the future, with ids seen before, unreadable, empty, missing."""
        tape = self._tape(a)
        for step in range(1 + b % 3):
            self.now += (0, 1, 2, 5)[(a + b * step + c) % 4]
            tape.append(self._entry(a * 7 + step, b * 3 + step, c + step * 11))

    def _entry(self, a: int, b: int, c: int) -> Entry:
        if c % 17 == 0:
            return Entry(None, self.now, ())
        if c % 13 == 0:
            return Entry(b"{", self.now, None)
        rows = [self._row(a, b, c)] + ([self._row(a + 1, b + 5, c + 2)] if b % 7 == 0 else [])
        return traffic.entry_of(tuple(rows), self.now)

    def _row(self, a: int, b: int, c: int) -> Row:
        self._ids += 1
        back = (0, 0, 1, 2, 3, 7, 12, 20, 45)[(a + b) % 9]
        time = self.now + 3 * traffic.FUTURE if c % 19 == 1 else self.now + 9 if c % 19 == 2 else self.now - back
        number = self._ids - 1 - b % 4 if c % 5 == 0 else self._ids
        value = None if c % 23 == 3 else (b % 41 - 20) / 8
        model = "ab"[(a + c) % 3 == 0]
        identity = None if c % 11 == 5 else f"e{number}"
        return Row(model, time, identity, value, (*traffic.CATEGORIES, None)[(b + c) % 4])

    def do_burst(self, a: int, b: int, c: int) -> None:
        """Many rows in one place, shifted off the baseline: windows that breach."""
        tape = self._tape(a)
        for step in range(6 + b % 6):
            self.now += c % 3
            self._ids += 1
            row = Row("ab"[c % 2], self.now, f"e{self._ids}", 2.5 if b % 2 else None, "green")
            tape.append(traffic.entry_of((row,), self.now))
            if step == c % 4:
                tape.end += 1  # a transaction marker

    def do_jump(self, a: int, b: int, c: int) -> None:
        """Nothing happens for a while."""
        self.now += (40, 400, 4 * 3_600_000)[c % 3]

    def do_retention(self, a: int, b: int, c: int) -> None:
        self._tape(a).forget(1 + b % 5)

    def do_grow(self, a: int, b: int, c: int) -> None:
        if len(self.live["t"]) < 4:
            self.live["t"].append(Tape())
            self._register()

    def do_recreate(self, a: int, b: int, c: int) -> None:
        if self.lives["t"] < 3:
            self.lives["t"] += 1
            self.live["t"] = [Tape() for _ in self.live["t"]]
            self._register()

    def do_baseline(self, a: int, b: int, c: int) -> None:
        """Announced anew, announced again, or withdrawn; in the past, now or soon."""
        if self.baselines and c % 5 == 0:
            self._append(encode_record(self.baselines[a % len(self.baselines)]))
            return
        model = "ab"[a % 2]
        effective = NO_TIME if c % 4 == 0 else self.now + (-40, -5, 3, 12, 70)[c % 5]
        known = None if c % 7 == 6 else traffic.baseline_of(model, b % 3)
        record = BaselineInForce(
            model,
            traffic.VERSION,
            "" if known is None else known.id,
            b"" if known is None else pack_baseline(known),
            effective,
            traffic.MODELS[model].pane_ms,
            len(self.baselines),
            Stamp("baselines", len(self.baselines)),
        )
        self.baselines.append(record)
        self._append(encode_record(record))

    def do_spawn(self, a: int, b: int, c: int) -> None:
        if len(self.captures) < 3:
            self.captures.append(CaptureWorker(self._name("c"), self, self.sink))

    def do_kill(self, a: int, b: int, c: int) -> None:
        if self.captures:
            self.captures[a % len(self.captures)].alive = False

    def do_assign(self, a: int, b: int, c: int) -> None:
        """Taken over, whoever else may have it."""
        if self.captures:
            worker, places = self.captures[a % len(self.captures)], self.places
            place = places[b % len(places)]
            if place not in worker.readings and any(
                s.topic == place[0] and place[1] < s.partitions for s in worker.shapes
            ):
                worker.assign(place)

    def do_revoke(self, a: int, b: int, c: int) -> None:
        if self.captures and (worker := self.captures[a % len(self.captures)]).readings:
            worker.revoke(sorted(worker.readings)[b % len(worker.readings)])

    def do_capture(self, a: int, b: int, c: int) -> None:
        """One step of one worker."""
        if not self.captures:
            return
        worker = self.captures[a % len(self.captures)]
        step = b % 10
        if step == 0 or not worker.readings:
            worker.follow(1 + c % 8)
            return
        place = sorted(worker.readings)[c % len(worker.readings)]
        self._step(worker, place, step, c)

    def _step(self, worker: CaptureWorker, place: Place, step: int, c: int) -> None:
        if step <= 2:
            worker.place(place)
        elif step <= 4:
            worker.fetch(place, 1 + c % 5)
        elif step == 5:
            worker.fold(place)
        elif step == 6:
            worker.flush(place)
        elif step == 7:
            worker.send(place)
        elif step == 8:
            worker.declare_lost(place)
        else:
            ahead = (worker.log.closed, self.now - traffic.LATENESS[place[0]], self.now + 5, worker.highest)[c % 4]
            worker.idle(place, ahead)

    def do_pump(self, a: int, b: int, c: int) -> None:
        """A calm stretch of one capture worker, so that runs get deep."""
        if not self.captures:
            return
        worker = self.captures[a % len(self.captures)]
        for turn in range(1 + c % 5):
            worker.outbox.land_all()
            worker.follow(99)
            for place in sorted(worker.readings):
                if not worker.alive:
                    return
                self._calm(worker, place, 1 + (b + turn) % 5, idle=c % 11 == 10)

    def _calm(self, worker: CaptureWorker, place: Place, count: int, *, idle: bool) -> None:
        worker.place(place)
        worker.fetch(place, count)
        if count != 3:  # now and then records wait while other things happen
            worker.fold(place)
        worker.declare_lost(place)
        if count != 1:
            worker.flush(place)
        worker.send(place)
        if idle:
            worker.idle(place, self.now - traffic.LATENESS[place[0]])

    def do_shapes(self, a: int, b: int, c: int) -> None:
        if self.captures:
            self.captures[a % len(self.captures)].refresh_shapes()

    def do_judge(self, a: int, b: int, c: int) -> None:
        """One more owner of a shard, whoever else may judge it."""
        if len(self.verdicts) < 2 + self.shards:
            self.verdicts.append(VerdictWorker(self._name("v"), self, self.sink, 1 + a % self.shards))

    def do_read(self, a: int, b: int, c: int) -> None:
        if self.verdicts:
            self.verdicts[a % len(self.verdicts)].read((1, 3, 9, 99)[c % 4])

    def do_snapshot(self, a: int, b: int, c: int) -> None:
        """Some steps of writing one, while its records land, or all but the results, or none."""
        if self.verdicts:
            worker = self.verdicts[a % len(self.verdicts)]
            for _ in range(1 + c % 7):
                for destination in worker.outbox.destinations if b % 3 else ():
                    if b % 3 == 1 or destination != "out":
                        worker.outbox.land(destination, 10**6)
                worker.snapshot()
            worker.alive = worker.alive and bool((a + b + c) % 6)  # now and then it dies right then

    def do_watch(self, a: int, b: int, c: int) -> None:
        """A shard is judged in peace for some snapshots, while what others have sent is on its way; then it may die."""
        if not self.verdicts:
            return
        worker = self.verdicts[a % len(self.verdicts)]
        for _ in range(3 + b % 16):
            for destination in worker.outbox.destinations:
                if c % 3 or destination != "out":
                    worker.outbox.land(destination, 10**6)
            worker.read(99)
            worker.snapshot()
        worker.alive = worker.alive and bool(c % 4)

    def do_overrule(self, a: int, b: int, c: int) -> None:
        if self.verdicts:
            self.verdicts[a % len(self.verdicts)].alive = False

    def do_land(self, a: int, b: int, c: int) -> None:
        """Some of what a living or dead worker has queued arrives."""
        boxes = [box for box in (*self._boxes(), *self.orphans) if box.destinations]
        if boxes:
            box = boxes[a % len(boxes)]
            box.land(box.destinations[b % len(box.destinations)], 1 + c % 6)

    def do_drop(self, a: int, b: int, c: int) -> None:
        """What a dead worker had queued never arrives."""
        boxes = [box for box in self.orphans if box.destinations]
        if boxes:
            box = boxes[a % len(boxes)]
            box.drop(box.destinations[b % len(box.destinations)], c % 4)

    def _boxes(self) -> list[Outbox]:
        """Outboxes of everybody alive."""
        return [*(worker.outbox for worker in self.captures), *(worker.outbox for worker in self.verdicts)]

    def _name(self, kind: str) -> str:
        self._names += 1
        return f"{kind}{self._names}"

    def _bury(self) -> None:
        for workers in (self.captures, self.verdicts):
            for worker in [w for w in workers if not w.alive]:
                workers.remove(worker)  # type: ignore[arg-type] # each from its own list
                self.orphans.append(worker.outbox)
