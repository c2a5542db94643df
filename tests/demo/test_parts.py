from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from driftline.demo import captures as capturing
from driftline.demo.feed import MOST_UNREAD, Feed
from driftline.demo.flights import Flight, flights_of, load, served
from driftline.demo.paths import Paths
from driftline.demo.server import Regression
from driftline.errors import ConfigError

MODEL = Regression(1.0, 2.0, 0.5, {"UA": 10.0}, {"JFK": 100.0})


def flight(**changes: object) -> Flight:
    features = {"dep_delay": 3.0, "air_time": None, "distance": 4, "carrier": "UA", "origin": "JFK", "dest": "BOS"}
    return Flight("x", "2013-02-01T10:00:00Z", None, features | changes)  # type: ignore[arg-type]


class Sink:
    """A producer that acknowledges on request."""

    def __init__(self) -> None:
        self.outstanding = 0

    def send(self, topic: str, value: bytes, *, key: bytes) -> None:
        self.outstanding += 1

    def poll(self) -> None:
        pass


def test_the_model_adds_up_what_it_knows() -> None:
    assert MODEL.answer(flight()) == 119.0
    assert MODEL.answer(flight(carrier="ZZ", origin="EWR")) == 9.0


def test_the_model_has_no_answer_for_a_flight_that_did_not_leave() -> None:
    assert MODEL.answer(flight(dep_delay=None)) is None
    (capture,) = capturing.captures([flight(dep_delay=None)], MODEL)
    assert b'"prediction":null' in capture.value
    assert b'"dep_delay":null' in capture.value
    assert b"NaN" not in capture.value


def test_flights_are_asked_in_the_order_of_their_hours_into_april() -> None:
    asked = list(flights_of(served(load())))
    times = [one.time for one in asked]
    assert times == sorted(times)
    assert (times[0], times[-1]) == ("2013-02-01T10:00:00Z", "2013-04-01T10:00:00Z")
    assert len({one.id for one in asked}) == len(asked) == 53_873
    assert {type(one.tail) for one in asked} == {str, type(None)}


def test_the_feed_keeps_its_pace_and_never_runs_far_ahead() -> None:
    capture = capturing.Capture(b"", b"")
    feed = Feed(Sink(), [capture] * 20_000, 20_000, seconds=10.0)  # type: ignore[arg-type]
    assert feed.step(0.25, 0) == 500
    while feed.step(10.0, 0):
        pass
    assert feed.sent == MOST_UNREAD
    assert feed.step(10.0, 300) == 300
    assert not feed.is_done


def test_a_tethered_command_runs_and_one_without_its_parent_does_not() -> None:
    tether = [sys.executable, "-m", "driftline.demo.tether"]
    command = [sys.executable, "-c", "print('ran')"]
    mine = subprocess.run([*tether, str(os.getpid()), *command], capture_output=True, text=True, check=True)
    assert mine.stdout == "ran\n"
    if sys.platform == "linux":
        assert subprocess.run([*tether, "1", *command], capture_output=True, check=False).returncode == 1


def test_a_folder_that_cannot_be_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot be made a folder"):
        Paths(tmp_path / "file" / "demo").prepare()
