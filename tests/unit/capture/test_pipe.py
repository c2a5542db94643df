"""Rows on their way: all of them accounted for, whoever hands them over and whatever goes wrong."""

from __future__ import annotations

import logging
import threading
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from driftline.capture import Recorder
from driftline.capture.buffer import Buffer
from driftline.capture.entries import Batch, Row, Subject
from driftline.capture.ids import EventIds
from driftline.capture.pipe import Pipe
from driftline.capture.reporter import QUIET_SECONDS, Reporter
from driftline.capture.sampling import ALL, is_kept, threshold
from driftline.capture.settings import PipeSettings
from driftline.capture.tally import Tally
from driftline.errors import ConfigError
from support.carrier import Carrier, carried

ENDS = ("sampled_out", "dropped", "refused", "delivered", "undelivered", "errors")
SUBJECT = Subject("churn")


def ended(counters: dict[str, int]) -> int:
    return sum(counters[name] for name in ENDS)


def row(name: str) -> Row:
    return Row(SUBJECT, 0, name, {})


def batch(number: int) -> Batch:
    return Batch(SUBJECT, 0, number, ALL, [{}] * number)


def test_a_full_buffer_lets_the_oldest_go() -> None:
    buffer = Buffer(3)
    assert [buffer.put(row(str(n))) for n in range(5)] == [0, 0, 0, 1, 1]
    taken = [buffer.take() for _ in range(4)]
    assert [one and one.id for one in taken] == ["2", "3", "4", None]


def test_batches_are_bounded_in_rows() -> None:
    buffer = Buffer(10)
    assert [buffer.put_batch(batch(number)) for number in (4, 4, 2, 5, 11)] == [0, 0, 0, 8, 11]
    assert [one and one.rows for one in (buffer.take_batch(), buffer.take_batch(), buffer.take_batch())] == [2, 5, None]


@given(st.lists(st.one_of(st.integers(-3, 12), st.none())))
def test_what_comes_out_of_a_buffer_and_what_was_dropped_is_what_went_in(steps: list[int | None]) -> None:
    """Positive: a batch of so many rows; 0 and less: a row; None: take one of each."""
    buffer = Buffer(8)
    put = dropped = taken = 0
    for step in steps:
        if step is None:
            one = buffer.take_batch()
            taken += (buffer.take() is not None) + (one.rows if one else 0)
        elif step > 0:
            put, dropped = put + step, dropped + buffer.put_batch(batch(step))
        else:
            put, dropped = put + 1, dropped + buffer.put(row("r"))
        assert len(buffer) <= 16
    assert put == dropped + taken + buffer.clear()


def test_a_tally_loses_nothing_in_many_threads() -> None:
    tally = Tally()
    threads = [threading.Thread(target=lambda: [tally.add("a", 2) for _ in range(20_000)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    read = [tally.sums().get("a", 0) for _ in range(50)]
    for thread in threads:
        thread.join()
    assert tally.sums() == {"a": 160_000}
    assert read == sorted(read)


def test_ids_sort_by_time_and_never_repeat() -> None:
    one, other = EventIds(), EventIds()
    found = [source.new(ms) for ms in (5, 6, 1_714_564_800_000) for _ in range(1_000) for source in (one, other)]
    assert len(set(found)) == 6_000
    assert all(len(name) == 32 and name[12] == "7" and name[16] in "89ab" for name in found)
    assert [int(name[:12], 16) for name in found] == sorted(int(name[:12], 16) for name in found)


def test_the_sample_is_the_same_everywhere_and_for_ever() -> None:
    """Another hash would make data from before and after it two unlike samples."""
    kept = [n for n in range(60) if is_kept(f"customer-{n}", threshold(0.1))]
    assert kept == [15, 18, 34, 37, 41, 53, 59]


@given(st.text(), st.floats(0, 1), st.floats(0, 1))
def test_a_smaller_sample_is_part_of_a_larger_one(key: str, one: float, other: float) -> None:
    smaller, larger = sorted((one, other))
    assert is_kept(key, threshold(larger)) or not is_kept(key, threshold(smaller))
    assert is_kept(key, threshold(1.0))
    assert not is_kept(key, threshold(0.0))


def test_a_sample_has_its_share() -> None:
    kept = sum(is_kept(f"e{n}", threshold(0.2)) for n in range(20_000))
    assert abs(kept - 4_000) < 6 * (20_000 * 0.2 * 0.8) ** 0.5


def test_sampling_keeps_or_leaves_all_rows_of_an_entity_and_says_how_many_a_row_stands_for() -> None:
    carrier = Carrier()
    with carried(carrier, sample=0.25) as recorder:
        for n in range(400):
            recorder.log({"n": n}, entity=f"customer-{n % 40}")
        recorder.log_batch([{"n": n} for n in range(40)], entities=[f"customer-{n}" for n in range(40)])
    rows = carrier.rows()
    by_entity = {one["entity"]: sum(other["entity"] == one["entity"] for other in rows) for one in rows}
    assert 0 < len(by_entity) < 40
    assert set(by_entity.values()) == {11}
    assert {one["weight"] for one in rows} == {4.0}
    counters = recorder.counters()
    assert counters["logged"] == 440 == ended(counters)
    assert counters["sampled_out"] == 440 - len(rows)


def test_without_sampling_nothing_is_said_of_weights() -> None:
    carrier = Carrier()
    with carried(carrier) as recorder:
        recorder.log({"n": 1})
    assert "weight" not in carrier.rows()[0]


def test_rows_of_many_threads_arrive_once_each() -> None:
    carrier = Carrier()
    with carried(carrier) as recorder:
        threads = [
            threading.Thread(target=lambda k=k: [recorder.log({"n": 1_000 * k + n}) for n in range(1_000)])
            for k in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert recorder.flush(30)
        assert sorted(one["features"]["n"] for one in carrier.rows()) == list(range(4_000))
    assert len({one["id"] for one in carrier.rows()}) == 4_000


def test_a_row_is_as_it_was_when_it_was_logged() -> None:
    carrier = Carrier()
    carrier.room = 0
    features, prediction = {"age": 41}, [0.1, 0.9]
    frame = {"age": [1, 2]}
    with carried(carrier) as recorder:
        recorder.log({"age": 0})
        while not recorder._pipe._sender._held:  # from here on the sender takes nothing
            threading.Event().wait(0.001)
        recorder.log(features, prediction)
        recorder.log_batch(frame)
        features["age"], prediction[0], frame["age"][0] = 99, 99, 99
        carrier.room = 100
    assert [one["features"]["age"] for one in carrier.rows()] == [0, 41, 1, 2]
    assert carrier.rows()[1]["prediction"] == [0.1, 0.9]


class Hostile(dict[str, Any]):
    """Raises whatever it is asked."""

    def __init__(self, error: type[Exception]) -> None:
        super().__init__(age=41)
        self._error = error

    def _fail(self, *_: object) -> Any:  # noqa: ANN401 - never returns
        raise self._error("no")

    copy = __iter__ = items = keys = __len__ = __getitem__ = __bool__ = __str__ = __eq__ = _fail  # type: ignore[assignment]
    __hash__ = None  # type: ignore[assignment]


class LateHostile(dict[str, Any]):
    """Lets itself be copied, and raises when it is read."""

    def copy(self) -> LateHostile:
        return self

    def items(self) -> Any:  # noqa: ANN401 - never returns
        raise RuntimeError("no")


@pytest.mark.parametrize("error", [ValueError, RecursionError, MemoryError, RuntimeError])
def test_nothing_is_ever_raised_into_the_model(error: type[Exception]) -> None:
    bad: Any = Hostile(error)
    with carried(Carrier(), sample=0.5) as sampled, carried(Carrier()) as recorder:
        for one in (sampled, recorder):
            for call in (one.log, one.log_batch):
                call(bad)
                call({"a": 1}, bad)
                call(bad, bad, latency=bad, error=bad, status=bad)
                call(None)
            one.log({"a": 1}, entity=bad, segment=bad, event_id=bad, time=bad)
            one.log({"a": bad}, latency=bad, error=bad, status=bad)
            one.log(LateHostile(a=1))
            one.log_batch([{"a": 1}], entities=bad, segments=bad, event_ids=[bad], times=[bad])
            one.log_batch([{"a": 1}, LateHostile(a=1), {"a": 2}])
    for one in (sampled, recorder):
        counters = one.counters()
        assert counters["logged"] == ended(counters) > 10


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["log", "bad", "batch", "flush"]), st.integers(0, 30)), max_size=12),
    st.sampled_from(["fine", "full", "refusing", "losing"]),
    st.sampled_from([1.0, 0.5]),
)
def test_every_row_ends_somewhere(steps: list[tuple[str, int]], how: str, rate: float) -> None:
    carrier = Carrier()
    carrier.room = 5 if how == "full" else float("inf")
    carrier.refusal = RuntimeError("no") if how == "refusing" else None
    carrier.lost = "lost" if how == "losing" else None
    recorder = carried(carrier, queue_rows=20, sample=rate)
    handed = 0
    for step, number in steps:
        handed += number if step != "flush" else 0
        if step == "batch":
            recorder.log_batch([{"n": n} for n in range(number)], entities=list(range(number)))
        elif step == "flush":
            recorder.flush(0.0 if how == "full" else 0.02)
        else:
            for n in range(number):
                recorder.log({"n": n}, time=None if step == "log" else "soon", entity=n)
    recorder.close(0.2 if how == "full" else 5.0)
    counters = recorder.counters()
    assert counters["logged"] == handed == ended(counters)
    assert counters["delivered"] + counters["undelivered"] >= len(carrier.values)


def test_rows_after_the_end_are_dropped_and_counted() -> None:
    carrier = Carrier()
    recorder = carried(carrier)
    recorder.log({"n": 1})
    recorder.close()
    recorder.close()
    recorder.log({"n": 2})
    assert recorder.log_batch([{"n": 3}, {"n": 4}]) is False
    counters = recorder.counters()
    assert (counters["delivered"], counters["dropped"], counters["logged"]) == (1, 3, 4)


def test_a_full_transport_holds_rows_back_until_it_has_room() -> None:
    carrier = Carrier()
    carrier.room = 2
    with carried(carrier, queue_rows=3) as recorder:
        for n in range(3):
            recorder.log({"n": n})
        assert not recorder.flush(0.2)
        carrier.room = 100
        assert recorder.flush(30)
    assert [one["features"]["n"] for one in carrier.rows()] == [0, 1, 2]


def test_a_broken_transport_is_replaced() -> None:
    made: list[Carrier] = []

    def connect(settled: Any) -> Carrier:  # noqa: ANN401 - a callback
        made.append(Carrier())
        return made[-1].connect(settled)

    with Recorder("churn", pipe=Pipe(PipeSettings(), connect)) as recorder:
        recorder.log({"n": 1})
        assert recorder.flush(30)
        made[0].is_broken = True
        made[0].room = 0
        recorder.log({"n": 2})
        recorder.log({"n": 3})
    assert [one["features"]["n"] for one in made[1].rows()] == [2, 3]
    assert recorder.counters()["delivered"] == 3


def test_no_producer_is_no_matter_to_the_model(caplog: pytest.LogCaptureFixture) -> None:
    def connect(_: Any) -> Carrier:  # noqa: ANN401 - a callback
        raise ImportError("no confluent_kafka")

    with caplog.at_level(logging.WARNING, "driftline.capture"), Recorder("m", pipe=Pipe(PipeSettings(), connect)) as it:
        it.log({"n": 1})
    assert it.counters()["undelivered"] == 1
    assert "no producer: ImportError: no confluent_kafka" in caplog.text


def test_after_a_fork_the_child_has_none_of_the_parents_rows() -> None:
    carrier = Carrier()
    recorder = carried(carrier)
    pipe = recorder._pipe
    recorder.log({"n": 1})
    assert recorder.flush(30)
    pipe._stop.set()
    assert pipe._thread is not None
    pipe._thread.join()
    pipe.put(row("of the parent"))
    pipe._sender._transport = carrier
    pipe._closed = False
    before = pipe.ids

    pipe.after_fork()

    assert carrier.is_abandoned
    assert len(pipe._buffer) == 0
    assert pipe.ids is not before
    assert not any(recorder.counters().values())
    recorder.log({"n": 2})
    assert recorder.flush(30)
    assert [one["features"]["n"] for one in carrier.rows()] == [1, 2]
    recorder.close()


def test_trouble_is_said_at_once_and_then_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    now = 0.0
    reporter = Reporter("captures", clock=lambda: now)
    with caplog.at_level(logging.WARNING, "driftline.capture"):
        reporter.report()
        reporter.count("dropped", 3)
        reporter.report()
        reporter.count("dropped", 4)
        reporter.count("values_left_out")
        reporter.trouble("not delivered", ValueError("x" * 1_000))
        reporter.report()
        assert [record.getMessage() for record in caplog.records] == ["capture to captures: 3 dropped"]
        now = QUIET_SECONDS
        reporter.report()
        reporter.report()
    last = caplog.records[-1].getMessage()
    assert len(caplog.records) == 2
    assert last.startswith("capture to captures: 4 dropped, 1 values left out; last not delivered: ValueError: xxx")
    assert len(last) < 450


def test_a_recorder_of_another_version_shares_the_way() -> None:
    carrier = Carrier()
    with carried(carrier, leave_out=["ssn"]) as stable:
        canary = stable.for_model("churn", "4")
        stable.log({"a": 1, "ssn": "x"})
        canary.log({"a": 1, "ssn": "x"})
    assert [(one["version"], one["features"]) for one in carrier.rows()] == [("3", {"a": 1}), ("4", {"a": 1})]


def test_ids_are_told_and_kept() -> None:
    carrier = Carrier()
    with carried(carrier) as recorder:
        told = [recorder.log({}), recorder.log({}, event_id="mine")]
    assert [one["id"] for one in carrier.rows()] == told
    assert told[1] == "mine"


def test_it_can_be_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRIFTLINE_CAPTURE_OFF", "true")
    carrier = Carrier()
    with carried(carrier) as recorder:
        assert recorder.log({"a": 1}) is None
        assert recorder.log_batch([{"a": 1}]) is False
    assert carrier.values == []


@pytest.mark.parametrize("model", ["", "x" * 201, "a\nb", 5, None])
def test_a_model_that_cannot_be_named_is_refused_at_the_start(model: object) -> None:
    with pytest.raises(
        ConfigError, match="model must be a text of 1 to 200 characters without control characters, got"
    ):
        Recorder(model)  # type: ignore[arg-type]
