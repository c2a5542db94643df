"""The worker against other packages that do its job, each in an environment of its own (`benchmarks/peers/`).

Usage: python benchmarks/bench_peers.py [--bootstrap HOST:PORT] [--rounds 3] [--events 2000000] [--peers quix,river]
       [--only real|embedded] [--json FILE] [--install]

The job: 25 features and a prediction as JSON on a topic of 8 partitions, statistics of every minute of event time, compared with
20,000 reference rows. On real Kafka (named, or started from Maven's jars) and on the embedded broker. A peer that is not there,
or can't run, has its reason in the table instead of figures; ``--install`` installs those that are not there.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from bench_capture import Ground, contender, embedded, real, worker
from brokers import NoKafkaError, kafka, named
from peers.catalogue import PEERS, Peer
from peers.environments import SkippedError, install
from peers.running import Place, run_peer
from tables import Rated, cheaper_by_cpu, faster_by_clock, json_line, middle, table
from workload import MODEL, VERSION, Traffic, reference

from driftline.contracts.scan import ready

PER_SECOND = 500
"""Events a second of event time: windows of 30,000 rows."""
EMBEDDED_EVENTS = 700_000
OURS = "driftline"
FAST = " with [fast]" if ready.is_installed() else ""
TITLES = {OURS: f"driftline worker{FAST}", "bare": "bare librdkafka consumer"} | {
    peer.name: peer.title for peer in PEERS
}

Runs = dict[str, list[Rated]]
Skipped = dict[str, str]
Grounds = Mapping[int, Ground]


@contextlib.contextmanager
def grounds(
    open_one: Callable[[Traffic], contextlib.AbstractContextManager[Ground]], sizes: set[int]
) -> Iterator[Grounds]:
    """Topics with the first so many of the same events, by their number."""
    key = f"{MODEL}/{VERSION}".encode()
    with contextlib.ExitStack() as stack:
        opened = {size: open_one(Traffic(size, per_second=PER_SECOND, key=key)) for size in sorted(sizes)}
        yield {size: stack.enter_context(one) for size, one in opened.items()}


def calls_on(found: Grounds, events: int, peers: list[Peer], rows: str) -> dict[str, Callable[[], Rated]]:
    """One run of each contender; all read the same events, the slow ones fewer of them."""

    def of(peer: Peer) -> Callable[[], Rated]:
        ground = found[min(peer.events, events)]
        place = Place(ground.bootstrap, ground.topic, ground.partitions, ground.traffic.events, rows)
        return lambda: run_peer(peer, place)

    own = found[events]
    calls: dict[str, Callable[[], Rated]] = {OURS: lambda: worker(own), "bare": lambda: contender(own, "bare", events)}
    return calls | {peer.name: of(peer) for peer in peers}


def measure(name: str, calls: Mapping[str, Callable[[], Rated]], rounds: int) -> tuple[Runs, Skipped]:
    """Every contender once a round; one that can't run is not asked again."""
    runs: Runs = {contestant: [] for contestant in calls}
    skipped: Skipped = {}
    for number in range(rounds):
        for contestant in [one for one in calls if one not in skipped]:
            try:
                runs[contestant].append(calls[contestant]())
            except SkippedError as error:
                skipped[contestant] = str(error)
            said = skipped.get(contestant) or runs[contestant][-1]
            sys.stderr.write(f"{name} round {number + 1}/{rounds} {contestant} {said}\n")
    return runs, skipped


def show(runs: Runs, skipped: Skipped) -> str:
    """The table: rates, and how far the worker is ahead."""
    header = ("", "events/s", "us/event", "CPU us", "of bare", "driftline is", "by CPU", "windows")
    rows = [row(runs, name) for name in runs if name not in skipped]
    rows += [(TITLES[name], f"skipped: {why}", *[""] * 6) for name, why in skipped.items()]
    return table(header, rows)


def row(runs: Runs, name: str) -> tuple[str, ...]:
    """The cells of one contender."""
    ours, its, bare = runs[OURS], runs[name], runs["bare"]
    wall, cpu = middle([run.wall_us for run in its]), middle([run.cpu_us for run in its])
    windows = getattr(its[0], "windows", "")
    return (
        TITLES[name],
        f"{1e6 / wall:,.0f}",
        f"{wall:.2f}",
        f"{cpu:.2f}",
        f"{faster_by_clock(its, bare):.1%}",
        f"{faster_by_clock(ours, its):.2f} x",
        f"{cheaper_by_cpu(ours, its):.2f} x",
        f"{windows}",
    )


def figures(runs: Runs, skipped: Skipped) -> dict[str, object]:
    """The same for machines."""
    found: dict[str, object] = {name: {"skipped": why} for name, why in skipped.items()}
    for name, its in runs.items():
        if name not in skipped:
            found[name] = {
                "events_per_second": 1e6 / middle([run.wall_us for run in its]),
                "cpu_us": middle([run.cpu_us for run in its]),
                "driftline_faster": faster_by_clock(runs[OURS], its),
                "driftline_cheaper": cheaper_by_cpu(runs[OURS], its),
            }
    return found


def compete(name: str, found: Grounds, events: int, peers: list[Peer], rounds: int) -> dict[str, object]:
    """All rounds on one broker, and its table."""
    with tempfile.TemporaryDirectory(prefix="driftline-bench-") as folder:
        rows = Path(folder) / "reference.json"
        rows.write_text(json.dumps(reference().to_dict("list")), encoding="utf-8")
        runs, skipped = measure(name, calls_on(found, events, peers, str(rows)), rounds)
    print(
        f"\n{name}: {events:,} events for the worker, {found[events].partitions} partitions, medians of {rounds} rounds"
    )
    print(show(runs, skipped))
    return figures(runs, skipped)


def on_kafka(asked: argparse.Namespace, peers: list[Peer]) -> dict[str, object]:
    """On real Kafka."""
    sizes = {asked.events, *(min(peer.events, asked.events) for peer in peers)}
    try:
        with kafka(asked.bootstrap) as bootstrap, grounds(lambda traffic: real(bootstrap, traffic), sizes) as found:
            return compete("Kafka", found, asked.events, peers, asked.rounds)
    except NoKafkaError as error:
        print(f"\nKafka: skipped: {error}")
        return {"skipped": str(error)}


def on_embedded(asked: argparse.Namespace, peers: list[Peer]) -> dict[str, object]:
    """On the embedded broker, which keeps few events."""
    events = min(asked.events, EMBEDDED_EVENTS)
    able = [peer for peer in peers if not peer.real_only]
    with grounds(embedded, {events, *(min(peer.events, events) for peer in able)}) as found:
        result = compete("embedded broker", found, events, able, asked.rounds)
    for peer in peers:
        if peer.real_only:
            print(f"{peer.title}: skipped: {peer.real_only}")
            result[peer.name] = {"skipped": peer.real_only}
    return result


def install_all(names: list[str]) -> None:
    """Make environments, and say which could not be made."""
    for name in names:
        try:
            install(name)
        except SkippedError as error:
            print(f"{name}: {error}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bootstrap", default=named())
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--events", type=int, default=2_000_000)
    parser.add_argument("--peers", default=",".join(peer.name for peer in PEERS), help="some of them, by name")
    parser.add_argument("--only", choices=("embedded", "real"))
    parser.add_argument("--json", type=Path, help="write the figures to a file")
    parser.add_argument("--install", action="store_true", help="make the environments that are missing, 4 GB in all")
    asked = parser.parse_args()
    peers = [peer for peer in PEERS if peer.name in asked.peers.split(",")]
    if asked.install:
        install_all(sorted({peer.environment for peer in peers}))
    ready.prepare()  # compiled once, and not beside the first worker
    result: dict[str, object] = {}
    if asked.only != "embedded":
        result["kafka"] = on_kafka(asked, peers)
    if asked.only != "real":
        result["embedded"] = on_embedded(asked, peers)
    print("\nWhat a peer's job leaves out:")
    for peer in peers:
        print(f"  {peer.title}: {peer.less}")
    if asked.json:
        asked.json.write_text(json_line(result) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
