"""The whole job on a real Kafka, by the command line alone; everything that comes out is recomputed by tests/oracle.

Three stories: several models and topics with a worker joining half-way, a worker killed, a baseline exchanged under load.
"""

from __future__ import annotations

import itertools
import json
import os
import shlex
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import confluent_kafka as ck
import pytest

from driftline.agents.context import WorkerContext
from driftline.config import load_config
from driftline.engine.ledger import LogState
from oracle.compare import compare
from oracle.ledger import OUTCOMES, Source
from oracle.offline import Expected, recompute
from support import served
from support.installation import Installation, Reader, Worker, values

pytestmark = pytest.mark.timeout(600)

PARTITIONS = 3
END = served.START + 3 * 3_600_000
ALL_CHECKS = {
    "missing_column_check", "extra_column_check", "completeness_check", "data_type_check", "categorical_values_check",
    "numeric_bounds_check", "baseline_drift_check", "prediction_drift_check", "volume_check",
}  # fmt: skip
TOPIC = """
[[topics]]
name = "{}"
lateness = "5s"
idle_after = "10m"
idle_advance = "none"
"""
MODELS = """
[defaults]
pane = "10s"
windows = ["1m"]

[models.churn]
windows = ["1m", "2m/1m"]
dedupe = 1000

[models."churn/2"]
open_after = [2, 3]
resolve_after = 2

[models.fraud]
windows = ["1m", "1h"]
timezone = "Asia/Kolkata"
"""
Install = Callable[..., Installation]


@pytest.fixture
def installed(bootstrap: str, unique: str, tmp_path: Path) -> Iterator[Install]:
    """An installation with these captures topics."""
    made: list[Installation] = []

    def install(*topics: str) -> Installation:
        config = "".join(TOPIC.format(f"{unique}{topic}") for topic in topics) + MODELS
        made.append(Installation(bootstrap, unique, tmp_path, config))
        made[-1].run("topics", "create", "--captures", str(PARTITIONS))
        return made[-1]

    yield install
    for one in made:
        one.close()


def test_several_models_topics_and_workers(installed: Install) -> None:
    install = installed("events", "requests")
    learn(install, "churn", "1", served.scored(served.churn), "prediction")
    learn(install, "churn", "2", served.scored(served.rough), "prediction")
    learn(install, "fraud", "7", served.fraud, "score")
    write = Writer(install)
    write.events(range(12))
    write.requests(range(12))
    first, second = install.start(), install.start()
    install.await_("windows of the first half", Windows(install, 20), 180)
    third = install.start()
    write.events(range(12, 25))
    write.aborted()
    write.requests(range(12, 25))
    write.the_end()
    expected = awaited(install)
    install.await_("the third worker to have sources", third.records, 180)
    ledger = sorted((source, +counts) for source, counts in expected.ledger.records.items())
    install.await_(
        "each source's ledger to be shown by one worker", lambda: shown([first, second, third]) == ledger, 30
    )
    assert [worker.stop() for worker in (first, second, third)] == [0, 0, 0]
    hold(install, expected)
    for model, version in (("churn", "2"), ("fraud", "7")):
        replayed(install, model, version, "2024-05-01T12:10Z", "2024-05-01T12:20Z")
    reproduced(install)
    assert {event["check"] for event in expected.events.values()} == ALL_CHECKS
    reasons = {"late", "not_json", "column_count", "row_count", "time_zone", "time_seconds", "no_model", "not_object"}
    assert set().union(*expected.ledger.letters.values()) >= reasons
    assert all(sum(counts[outcome] for counts in expected.ledger.records.values()) for outcome in OUTCOMES)


def test_a_killed_worker_loses_and_doubles_nothing(installed: Install) -> None:
    install = installed("events")
    learn(install, "churn", "1", served.scored(served.churn), "prediction")
    write = Writer(install)
    write.events(range(8))
    first, second = install.start(), install.start()
    install.await_("windows from before", Windows(install, 5), 180)
    install.await_("both workers to have sources", lambda: first.records() and second.records(), 180)
    write.events(range(8, 14))
    (first if first.judges() else second).kill()
    write.events(range(14, 20))
    write.the_end()
    hold(install, awaited(install))


def test_a_baseline_is_exchanged_under_load(installed: Install) -> None:
    install = installed("events")
    learn(install, "churn", "1", served.scored(served.churn), "prediction")
    moved = install.baseline(
        served.table(install.folder / "moved.csv", lambda rng, _: served.scored(served.churn)(rng, 11)),
        "churn",
        "1",
        "--role",
        "prediction=prediction",
    )
    write = Writer(install)
    write.events(range(6))
    workers = install.start(), install.start()
    install.await_("windows of the first baseline", Windows(install, 4), 180)
    write.events(range(6, 10))
    install.run("baseline", "publish", str(install.folder / "moved-baseline"))
    minutes = iter(range(10, 60))

    def write_on() -> bool:
        minute = next(minutes)
        write.events(range(minute, minute + 1))
        return len(log_of(install).line("churn", "1").baselines) > 1

    install.await_("the second baseline to be in force", write_on, 180)
    after = next(minutes)
    write.events(range(after, after + 4))
    write.the_end()
    old, new = log_of(install).line("churn", "1").baselines
    ((_, first),) = install.setup.lines["churn", "1"]
    assert (old.baseline, new.baseline) == (first.id, moved.id)
    install.setup.lines["churn", "1"] = [(old.effective, first), (new.effective, moved)]
    expected = awaited(install)
    assert [worker.stop() for worker in workers] == [0, 0]
    hold(install, expected)
    judged = Counter(window["baseline_id"] for key, window in expected.windows.items() if key[:2] == ("churn", "1"))
    assert judged[first.id] > 5
    assert judged[moved.id] > 3
    replayed(install, "churn", "1", "2024-05-01T12:00Z", "2024-05-01T13:00Z")


def replayed(install: Installation, model: str, version: str, start: str, end: str) -> None:
    """`driftline analyze` says of a range what the workers have said, byte for byte."""
    told = analyzed(install, "--model", model, "--version", version, "--start", start, "--end", end, "--verify")
    equal, *different = told["verified"]
    assert different == []
    assert int(equal.split()[0]) == len(told["windows"]) > 5
    assert int(equal.split()[3]) > 0


def reproduced(install: Installation) -> None:
    """The command that an event tells finds the event's window violated, and says so in the same bytes."""
    event = json.loads(values(install.read(install.own("violations")))[-1])
    words = shlex.split(event["reproduce"])
    assert words[:2] == ["driftline", "analyze"]
    told = analyzed(install, *words[2:], "--verify")
    assert [window["window"] for window in told["windows"]] == [event["window"]]
    assert told["verified"] == [f"1 windows and {told['verified'][0].split()[3]} violation events {EQUAL}"]


EQUAL = "are byte for byte what the workers wrote"


def analyzed(install: Installation, *words: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "driftline", "analyze", *words, "--json"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "DRIFTLINE_CONFIG": str(install.config)},
    )
    assert done.returncode in {0, 1}, f"{words}\n{done.stdout}\n{done.stderr}"
    found: dict[str, Any] = json.loads(done.stdout)
    return found


# -- what the stories are made of -----------------------------------------------------------------------------------


class Writer:
    """Writes traffic to all partitions of both topics."""

    def __init__(self, install: Installation) -> None:
        self.install = install
        self._producer = ck.Producer({"bootstrap.servers": install.bootstrap, "linger.ms": 5})

    def events(self, minutes: range) -> None:
        for partition in range(PARTITIONS):
            self._write(
                self.install.own("events"), partition, (value for _, value in served.events(partition, minutes, 90))
            )

    def requests(self, minutes: range) -> None:
        for partition in range(PARTITIONS):
            self._write(
                self.install.own("requests"), partition, (value for _, value in served.requests(partition, minutes, 20))
            )

    def the_end(self) -> None:
        """Move the time of every source so far on that all windows with rows close."""
        for topic, partition in itertools.product(self.install.setup.topics, range(PARTITIONS)):
            self._write(topic, partition, [served.closing(END)])

    def aborted(self) -> None:
        """Offsets that nobody will ever see: of transactions that were given up, and of their markers."""
        topic = self.install.own("events")
        producer = ck.Producer({"bootstrap.servers": self.install.bootstrap, "transactional.id": self.install.prefix})
        producer.init_transactions(30)
        for _ in range(3):
            producer.begin_transaction()
            producer.produce(topic, b"nobody sees this", partition=1)
            producer.flush(30)
            producer.abort_transaction(30)

    def _write(self, topic: str, partition: int, found: Iterable[bytes | None]) -> None:
        for value in found:
            self._producer.produce(topic, value, partition=partition)
            self._producer.poll(0)
        assert self._producer.flush(60) == 0


class Windows:
    """Whether so many final windows are on their topic."""

    def __init__(self, install: Installation, at_least: int) -> None:
        self._reader = Reader(install.bootstrap, install.own("statistics"))
        self._at_least, self._found = at_least, 0

    def __call__(self) -> bool:
        self._found += len(self._reader.poll())
        return self._found >= self._at_least


def learn(install: Installation, model: str, version: str, make: served.Make, prediction: str) -> None:
    """A baseline by the command line, published; the oracle reads its files."""
    data = served.table(install.folder / f"{model}-{version}.csv", make)
    found = install.baseline(data, model, version, "--role", f"{prediction}=prediction", "--publish")
    install.setup.lines[model, version] = [(float("-inf"), found)]


def awaited(install: Installation) -> Expected:
    """What has to come of the captures as they lie in Kafka, once that much has come."""
    expected = recompute(install.setup, install.sources())
    assert expected.ledger.closed == END - 5_000, "the oracle should have seen every source to its end"
    letters = Reader(install.bootstrap, install.own("deadletter"))
    violations = Reader(install.bootstrap, install.own("violations"))
    install.await_("all final windows", Windows(install, len(expected.windows)), 270)
    found: Counter[str] = Counter()

    def is_all() -> bool:
        found.update(letters=len(letters.poll()), violations=len(violations.poll()))
        return found["letters"] >= len(expected.ledger.letters) and found["violations"] >= len(expected.events)

    install.await_("all violations and dead letters", is_all, 90)
    install.await_("every source to be read to its end", lambda: records_of(log_of(install)) == ends(expected), 90)
    return expected


def hold(install: Installation, expected: Expected) -> None:
    """Everything on the topics is what it has to be, and the ledger of every source adds up."""
    report = compare(
        expected,
        values(install.read(install.own("statistics"))),
        values(install.read(install.own("violations"))),
        install.letters(),
    )
    print(report)
    assert report.is_clean, str(report)
    log = log_of(install)
    assert log.anomalies == 0
    for source, state in log.living():
        place = (source.topic, source.partition)
        assert state.records.total() == state.position - state.base
        for name in OUTCOMES:
            assert getattr(state.records, name) == expected.ledger.records[place][name], f"{place} records {name}"
            assert getattr(state.rows, name) == (expected.ledger.rows[place][name] if name != "ignored" else 0), (
                f"{place} {name}"
            )


def records_of(log: LogState) -> dict[Source, int]:
    """How many records of each source the log accounts for."""
    return {(source.topic, source.partition): state.records.total() for source, state in log.living()}


def ends(expected: Expected) -> dict[Source, int]:
    return {source: counts.total() for source, counts in expected.ledger.records.items()}


def log_of(install: Installation) -> LogState:
    """The delta log as every worker folds it: only here are the moments at which baselines came into force written down."""
    context = WorkerContext(load_config(install.config))
    context.log.start()
    try:
        context.log.catch_up()
        return context.log.state
    finally:
        context.log.close()


def shown(workers: Iterable[Worker]) -> list[tuple[Source, Counter[str]]]:
    """The ledgers that the workers export."""
    return sorted((source, +counts) for worker in workers for source, counts in worker.records().items())
