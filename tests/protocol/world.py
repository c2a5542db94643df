"""One action after the other, then faults stop, everything is drained and compared.

A schedule is plain data: a seed makes one, hypothesis makes one, and either can be played again.
"""

from __future__ import annotations

from protocol import traffic
from protocol.actions import Actions
from protocol.checks import check
from protocol.verdict_worker import VerdictWorker

LATEST = traffic.BEGIN + 10**11
"""Where time is moved to in the end."""


class World(Actions):
    """What a test plays with."""

    def finish(self, seed: int = 0) -> None:
        """Faults stop, everything is drained and compared."""
        self.heal(seed)
        check(self)

    def heal(self, seed: int) -> None:
        for number, box in enumerate(self.orphans):
            for destination in box.destinations:
                box.land(destination, (seed + number) % 7)
        self.orphans.clear()
        self._bury()
        self._settle_owners(seed)
        quiet, idling = 0, False
        for turn in range(300):
            mark = (self.log.end, self.sent)
            for worker in self.captures if turn % 3 == 0 else ():
                worker.refresh_shapes()
            self._round(idling=idling)
            busy = mark != (self.log.end, self.sent) or any(box.outstanding for box in self._boxes())
            quiet = 0 if busy else quiet + 1
            if quiet > 3 and idling:
                break
            if quiet > 3:
                quiet, idling = 0, True
        self._check_alive()
        for _ in range(24):
            for judge in self.verdicts:
                judge.outbox.land_all()
                judge.read(10**6)
                judge.snapshot()

    def _settle_owners(self, seed: int) -> None:
        for number, worker in enumerate(self.captures):
            worker.alive = number < 2 and worker.log.next_offset >= self.log.start
        for number, judge in enumerate(self.verdicts):
            judge.alive = judge.shard not in {other.shard for other in self.verdicts[:number]}
        self._bury()
        if not self.captures:
            self.do_spawn(0, 0, 0)
        for worker in self.captures:
            worker.refresh_shapes()
        for number, place in enumerate(self.places):
            owner = self.captures[(seed + number) % len(self.captures)]
            for worker in self.captures:
                if place in worker.readings and worker is not owner:
                    worker.revoke(place)
            if place not in owner.readings:
                owner.assign(place)

    def _round(self, *, idling: bool) -> None:
        judged = {judge.shard for judge in self.verdicts}
        for shard in range(1, 1 + self.shards):
            if shard not in judged:
                self.verdicts.append(VerdictWorker(self._name("v"), self, self.sink, shard))
        for worker in self.captures:
            worker.outbox.land_all()
            worker.follow(10**6)
            assert worker.alive, "the log may not be cut beneath a worker that has read it"
            for place in sorted(worker.readings):
                self._calm(worker, place, 4, idle=False)
                if idling and worker.log.sources[worker.readings[place].task.source].watermark < LATEST:
                    worker.idle(place, LATEST)
        for judge in self.verdicts:
            judge.outbox.land_all()
            judge.read(10**6)
        self._bury()

    def _check_alive(self) -> None:
        stuck = {
            p: (r.task.phase, self.god.position(r.task.source)) for w in self.captures for p, r in w.readings.items()
        }
        assert self.god.closed >= LATEST, f"windows must close in the end: {self.god.closed - traffic.BEGIN} {stuck}"
        for source, tape in self.tapes.items():
            if self.tape(source) is not None:
                last = max((o + 1 for o in tape.entries if o >= tape.start), default=0)
                position = self.god.position(source)
                assert position is not None, f"everything must be read: {source}"
                assert position >= last, f"everything must be read: {source} {position} {last}"
