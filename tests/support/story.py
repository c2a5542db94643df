"""One installation under load that something happens to; at the end everything on its topics is recomputed and compared."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from confluent_kafka.admin import AdminClient

from oracle.capture import Record
from oracle.compare import Report, compare
from oracle.ledger import Identity
from oracle.offline import Expected, recompute
from oracle.setup import Baseline, load_baseline
from oracle.told import Source
from support.installation import Installation, Reader, Worker, values
from support.load import Load
from support.witness import Witness

SESSION_MS = 3000
"""A worker that is silent for so long has lost its partitions; less than brokers allow by default, so that tests take less."""
CONFIG = """
"heartbeat.interval.ms" = 300
"topic.metadata.refresh.interval.ms" = 1000

[[topics]]
name = "{topic}"
lateness = "5s"
idle_after = "10m"
idle_advance = "none"

[defaults]
pane = "10s"
windows = ["1m"]

[models.churn]
windows = ["1m", "2m/1m"]
dedupe = 1000
"""
QUICK: Mapping[str, object] = {"snapshot_seconds": 1, "metadata_seconds": 1}
"""What a worker does every half a minute, or every ten seconds, is done each second."""
MODEL = ("churn", "1")


class Story:
    """``seed`` decides what the traffic is. ``baseline`` is a folder of the command line, published before everything else."""

    def __init__(
        self,
        bootstrap: str,
        prefix: str,
        folder: Path,
        baseline: Path,
        *,
        seed: int,
        partitions: int = 3,
        shards: int = 1,
    ) -> None:
        self.topic = f"{prefix}events"
        self.install = Installation(
            bootstrap, prefix, folder, CONFIG.format(topic=self.topic), session_ms=SESSION_MS, shards=shards
        )
        self.install.run("topics", "create", "--captures", str(partitions))
        self.load = Load(bootstrap, self.topic, partitions, seed=seed)
        self.witness = Witness(bootstrap, self.install.own("partials"))
        self._admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0})
        self.passed: dict[str, int] = {}
        self.baselines: dict[str, Baseline] = {}
        self.publish(baseline)

    # -- what happens ----------------------------------------------------------------------------------------------

    def publish(self, folder: Path) -> Baseline:
        """Publish a baseline of the command line."""
        told = self.install.run("baseline", "publish", str(folder))
        found = re.search(r"\b([0-9a-f]{16})\b", told)
        assert found, told
        self.baselines[found[1]] = load_baseline(folder, found[1])
        return self.baselines[found[1]]

    def administer(self, what: str, *arguments: object) -> None:
        """A call of Kafka's admin client that answers with futures, all of which are awaited."""
        for future in getattr(self._admin, what)(*arguments).values():
            future.result(30)

    def start(self, **faults: object) -> Worker:
        """One more worker, as quick as `QUICK`."""
        return self.install.start(**{**QUICK, **faults})

    def begin(self, workers: int = 2, **faults: object) -> list[Worker]:
        """Workers under load, all of them ready, with a few windows judged."""
        started = [self.start(**faults) for _ in range(workers)]
        self.load.minutes(3)
        self.await_("all workers to be ready", lambda: all(w.is_ready() or w.may_die for w in started))
        self.await_("the first windows", lambda: len(self.found("statistics")) > 3)
        self.await_("each to show its sources", lambda: all(worker.records() for worker in started))
        self.load.go()
        return started

    def await_(self, what: str, condition: Callable[[], object], seconds: float = 60) -> None:
        """Wait until something is so."""
        self.install.await_(what, condition, seconds)

    def progress(self, seconds: float = 60) -> None:
        """Wait until every source has come to where it ends now."""
        self.await_("every source to be read on", Behind(self), seconds)

    @property
    def judge(self) -> Worker:
        """The worker that owns the verdict shard, once one does."""
        self.await_("a worker to judge", lambda: any(worker.judges() for worker in self.alive))
        return next(worker for worker in self.alive if worker.judges())

    def other(self, worker: Worker) -> Worker:
        """A living worker that is not this one."""
        return next(one for one in self.alive if one is not worker)

    @property
    def alive(self) -> list[Worker]:
        return [worker for worker in self.install.workers if worker.is_alive]

    # -- how it ends ------------------------------------------------------------------------------------------------

    def finish(self) -> Report:
        """No more load; everything is awaited, recomputed and compared. The report is clean, or the test fails."""
        expected = self.end()
        self.await_("all final windows", lambda: len(self.found("statistics")) >= len(expected.windows), 60)
        self.await_("all violations", lambda: len(self.found("violations")) >= len(expected.events), 30)
        report = self.report(expected)
        assert report.is_clean, str(report)
        assert self.witness.state.anomalies == 0
        self.hold_gauges(expected)
        return report

    def end(self) -> Expected:
        """No more load, and every source is read to its end; what has to come of it."""
        self.load.rest()
        self.load.the_end()
        self.await_("every source to be read to its end", Behind(self), 90)
        return self.expected()

    def report(self, expected: Expected) -> Report:
        """What is on the topics now against what has to be there."""
        told = (self.results("statistics"), self.results("violations"), self.letters(expected))
        report = compare(expected, *told, self.witness.accounts)
        print(report)
        print(self.witness)
        assert self.witness.fault is None, self.witness.fault
        return report

    def expected(self) -> Expected:
        """What has to be on the topics."""
        setup = self.install.setup
        setup.lines[MODEL] = [
            (float(entry.effective), self.baselines[entry.baseline])
            for entry in self.witness.state.line(*MODEL).baselines
        ]
        sources = self.sources()
        for name, _ in sources:
            setup.topics[name] = setup.topics[self.topic]
        return recompute(setup, sources, self.witness.told)

    def sources(self) -> dict[Source, list[Record]]:
        """What was written and has been read, by the witness's names of the sources."""
        found: dict[Source, list[Record]] = {}
        lives = self.witness.lives(self.topic)
        for source, state in self.witness.state.sources.items():
            written = self.load.written[self.topic, lives.index(source.topic_id), source.partition]
            gaps = self.witness.told.gaps.get(self.witness.place(source), [])
            found[self.witness.place(source)] = [
                record
                for record in written
                if record.offset < state.position and not any(low <= record.offset < high for low, high in gaps)
            ]
        return found

    def hold_gauges(self, expected: Expected) -> None:
        """The living workers together show the ledger once, and one of them shows the last window of each length."""
        places = [(source, self.witness.place(source)) for source, _ in self.witness.state.living()]
        ledger = sorted(((s.topic, s.partition), +expected.ledger.records[place]) for s, place in places)

        def shown() -> bool:
            found = [(source, +counts) for worker in self.alive for source, counts in worker.records().items()]
            if self.witness.told.retired:  # whoever had an earlier life of a partition has counted on
                return all(counts <= one[1] for (_, counts), one in zip(ledger, sorted(found), strict=False))
            return sorted(found) == ledger

        self.await_("the ledger to be shown once", shown, 20)
        for label in {key[2] for key in expected.windows if key[:2] == MODEL}:
            ends = [window["window"]["end"] for key, window in expected.windows.items() if key[:3] == (*MODEL, label)]
            labels = {"model": MODEL[0], "version": MODEL[1], "window": label}
            shows = [worker.metric("driftline_window_end_timestamp_seconds", **labels) for worker in self.alive]
            assert [end for end in shows if end] == [max(ends) / 1000], f"the last {label} window, shown once"

    def close(self) -> None:
        """Nothing is left over."""
        self.load.abandon()
        print(self.witness)
        self.witness.close()
        self.install.close()

    def letters(self, expected: Expected) -> list[tuple[Identity, str]]:
        """The dead letters, without those of records that a worker refused before it died, and that were gone for the next."""
        return [
            letter
            for letter in self.install.letters()
            if letter[0] in expected.ledger.letters or not self.is_lost(*letter[0][1:3])
        ]

    def is_lost(self, partition: int, offset: int) -> bool:
        """Whether an offset was given up: in a gap, or unread in an earlier life of the topic."""
        sources = [one for one in self.witness.state.sources.items() if one[0].partition == partition]
        gaps = [gap for source, _ in sources for gap in self.witness.told.gaps.get(self.witness.place(source), [])]
        unread = [state.position for _, state in sources if state.retired]
        return any(low <= offset < high for low, high in gaps) or any(offset >= position for position in unread)

    def begin_anew(self) -> None:
        """What a person does when the log has a hole: no worker runs, the internal topics are made again.

        What was said before is not looked at any more.
        """
        assert not self.alive
        self.witness.close()
        self.passed = {topic: len(self.results(topic)) for topic in ("statistics", "violations")}
        self.administer("delete_topics", [self.install.own("partials"), self.install.own("snapshots")])
        self.install.run("topics", "create")
        self.witness = Witness(self.install.bootstrap, self.install.own("partials"))

    def results(self, topic: str) -> list[bytes]:
        """Everything on a topic of results, since the last new beginning."""
        return values(self.install.read(self.install.own(topic)))[self.passed.get(topic, 0) :]

    def found(self, topic: str) -> set[object]:
        """Which windows or events are on their topic."""
        tables = map(json.loads, self.results(topic))
        return {
            table.get("event_id")
            or (table["model"], table["version"], table["window"]["label"], table["window"]["start"])
            for table in tables
        }


class Behind:
    """Whether the log accounts for every record that a topic holds now."""

    def __init__(self, story: Story) -> None:
        self._story = story
        self._ends = Reader(story.install.bootstrap, story.topic).now()

    def __call__(self) -> bool:
        positions = {
            source.partition: state.position
            for source, state in self._story.witness.state.living()
            if source.topic == self._story.topic
        }
        return all(positions.get(partition, -1) >= end for partition, end in self._ends.items())
