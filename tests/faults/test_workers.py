"""Workers that are killed, stopped, frozen, or come and go: no result changes."""

from __future__ import annotations

import contextlib
import os
import random
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from driftline.engine.ledger import Outcome
from support.installation import Reader, Worker
from support.story import SESSION_MS, Story

Tell = Callable[..., Story]
CRASHES = [
    f"{moment} {kind}" for kind in ("result", "part", "manifest", "delta", "incident") for moment in ("before", "after")
]
CRASHES += ["after letter", "after tombstone", "before verdictclaim", "after claim"]
MOST = {"incident": 2, "claim": 3, "birth": 3, "tombstone": 3, "verdictclaim": 1}
"""How many there surely are of what is rare."""
KILLED = -9
TIMED_OUT = "Consumer group session timed out"


@pytest.mark.short
def test_a_capture_worker_is_killed_in_the_middle_of_a_window(tell: Tell, rng: random.Random) -> None:
    story = tell()
    story.begin()
    judge = story.judge
    story.load.minutes(rng.randint(1, 3))
    taken = len(judge.records())
    claims = story.witness.counted("claim", Outcome.COUNTED)
    story.other(judge).kill()
    story.await_("the other to have all sources", lambda: len(judge.records()) == 3)
    assert 0 < taken < 3, "each had a part of the sources"
    assert story.witness.counted("claim", Outcome.COUNTED) >= claims + 3 - taken
    assert judge.said().count("assigned") > 1
    story.finish()
    assert written(judge) <= {judge.log}, "a worker keeps nothing on its disk that could be lost"


def written(worker: Worker) -> set[Path]:
    """The files that a worker has open for writing; it may close some while this is read."""
    found = set()
    for fd in Path(f"/proc/{worker.process.pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            flags = int((fd.parents[1] / "fdinfo" / fd.name).read_text().partition("flags:")[2].split()[0], 8)
            if flags & (os.O_WRONLY | os.O_RDWR) and fd.resolve().is_file():
                found.add(fd.resolve())
    return found


def crash(story: Story, rng: random.Random, what: str, **faults: object) -> None:
    """One worker that does everything, dies at a point, and is followed by the next."""
    number = rng.randint(1, MOST.get(what.split()[1], 12))
    worker = story.start(crash=f"{what} {number}", snapshot_seconds=0.5, **faults)
    worker.may_die = True
    story.await_(f"the death of a worker {what} {number}", lambda: not worker.is_alive)
    assert worker.process.wait() == KILLED
    assert f"dies {what}" in worker.said()


def follows_the_newest_snapshot(worker: Worker) -> bool:
    """Whether it says from where on it reads the log, and that is not the beginning."""
    told = re.findall(r"judging shard \d+ of \d+ from log offset (\d+)", worker.said())
    return bool(told) and int(told[-1]) > 0


@pytest.mark.short
def test_the_judge_is_killed_around_a_result_a_snapshot_and_an_incident(tell: Tell, rng: random.Random) -> None:
    story = tell()
    story.load.minutes(4)
    story.load.go()
    for what in ("after result", *rng.sample(["before manifest", "after manifest"], 2), "before incident"):
        crash(story, rng, what)
    last = story.start()
    story.progress()
    story.await_("the last one to judge", last.judges)
    assert follows_the_newest_snapshot(last)
    report = story.finish()
    assert report.same_twice > 0, "what was written before a crash is written again, alike"


def test_workers_are_killed_at_every_point(tell: Tell, rng: random.Random) -> None:
    story = tell()
    story.load.minutes(4)
    story.load.go(0.8)
    for what in rng.sample(CRASHES, len(CRASHES)):
        crash(story, rng, what)
    story.start()
    story.finish()


@pytest.mark.short
def test_a_worker_is_killed_between_the_shards_of_one_flush(tell: Tell, rng: random.Random) -> None:
    """Every flush goes beside the log, to two shards, in several parts: the log alone says whether it counts, and all of it."""
    story = tell(shards=2)
    story.load.minutes(4)
    story.load.go()
    for what in rng.sample(["before payload", "after payload", "after payload", "before delta"], 4):
        crash(story, rng, what, inline_bytes=0)
    workers = [story.start(inline_bytes=0) for _ in range(2)]
    story.progress()
    story.await_("each to judge a shard", lambda: all(worker.judges() for worker in workers))
    workers[0].kill()
    story.progress()
    story.finish()


def test_the_first_worker_of_all_is_killed_as_it_begins(tell: Tell, rng: random.Random) -> None:
    story = tell()
    story.load.minutes(2)
    story.load.go()
    for what in ("after claim", "after birth", "before delta"):
        crash(story, rng, what)
    story.start()
    story.finish()


def test_a_judge_dies_with_another_standing_by(tell: Tell, rng: random.Random) -> None:
    story = tell()
    what = rng.choice(["before result 20", "after result 20", "after incident 3", "before manifest 4", "after part 9"])
    once = story.install.folder / "once"
    workers = [story.start(crash=what, once=once) for _ in range(2)]
    for worker in workers:
        worker.may_die = True
    story.load.minutes(3)
    story.load.go()
    story.await_(f"one to die {what}", lambda: len(story.alive) == 1)
    (left,) = story.alive
    story.await_("the other to judge", left.judges)
    assert "judging shard 1 of 1 from log offset" in left.said()
    story.finish()


@pytest.mark.short
def test_a_frozen_worker_wakes_up_as_a_zombie(tell: Tell, rng: random.Random) -> None:
    story = tell()
    story.begin(snapshot_seconds=600)  # no snapshot, so that the log is not cut beneath who is frozen
    for worker in story.alive:
        freeze(story, rng, worker)
        story.progress()
    assert all(TIMED_OUT in worker.said() for worker in story.alive), "each was frozen once"
    story.finish()


def test_a_worker_is_frozen_for_so_long_that_the_log_is_cut_beneath_it(tell: Tell) -> None:
    story = tell()
    story.begin(snapshot_seconds=0.5)
    frozen = story.judge
    frozen.may_die = True
    other = story.other(frozen)
    frozen.freeze()
    story.await_("the other to judge", other.judges)
    followed = story.witness.state.next_offset
    story.await_(
        "the log to be cut", lambda: Reader(story.install.bootstrap, story.install.own("partials")).begin() > followed
    )
    frozen.thaw()
    story.await_("it to end", lambda: not frozen.is_alive)
    assert frozen.process.wait() == 3
    assert "the delta log was cut beneath its reader" in frozen.said()
    story.start()
    story.progress()
    story.finish()


def freeze(story: Story, rng: random.Random, frozen: Worker) -> None:
    """One worker is stopped for so long that the other has everything, and goes on as if nothing had been."""
    other = story.other(frozen)
    story.await_("both to have sources", lambda: all(has_sources(worker) for worker in (frozen, other)))
    timed_out = frozen.said().count(TIMED_OUT)
    frozen.freeze()
    story.await_("the other to have all sources", lambda: len(other.records()) == 3)
    story.await_("the other to judge", other.judges)
    time.sleep(rng.random())
    frozen.thaw()
    story.await_("it to hear of it", lambda: frozen.said().count(TIMED_OUT) > timed_out)


def has_sources(worker: Worker) -> bool:
    """Whether the last thing it was told by the group is what it has."""
    told = re.findall(r"CaptureService\]: (assigned|revoked) (\S+)", worker.said())
    return bool(told) and told[-1][0] == "assigned" and told[-1][1] != "nothing"


def test_a_rolling_restart(tell: Tell) -> None:
    story = tell()
    for worker in story.begin(2):
        story.start()
        began = time.monotonic()
        assert worker.stop() == 0
        assert time.monotonic() - began < 30, "orchestrators kill after half a minute"
        story.await_("the others to be ready", lambda: all(one.is_ready() for one in story.alive))
        story.progress()
    story.finish()


def test_all_are_killed_at_once_and_come_back_later(tell: Tell) -> None:
    story = tell()
    for worker in story.begin(2):
        worker.kill()
    time.sleep(SESSION_MS / 1000 + 2)
    back = story.start()
    story.await_("it to be ready", back.is_ready)
    story.await_("it to judge", back.judges)
    assert follows_the_newest_snapshot(back)
    story.finish()


def test_workers_come_and_go_all_the_time(tell: Tell, rng: random.Random) -> None:
    story = tell(partitions=4)
    story.begin(2)
    positions = 0
    for _ in range(6):
        choice = (
            rng.choice(["join", "leave", "kill"])
            if 1 < len(story.alive) < 4
            else "join"
            if len(story.alive) < 4
            else "kill"
        )
        if choice == "join":
            story.start()
        else:
            worker = rng.choice(story.alive)
            worker.may_die = True
            assert choice == "kill" or worker.stop() == 0
            worker.kill()
        time.sleep(rng.uniform(0.5, 4))
        story.progress()
        now = sum(state.position for _, state in story.witness.state.living())
        assert now > positions, "there is progress between one and the next"
        positions = now
    story.finish()
