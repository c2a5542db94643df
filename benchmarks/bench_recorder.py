"""What a row costs the thread of the model: ``Recorder.log`` beside what a server would do without it.

Run: ``python benchmarks/bench_recorder.py [features]`` (25 by default). Every round runs each contender once, in bursts with
pauses between them, as requests come, and waits until the sender's thread is done with it before the next one's turn; the
embedded broker takes the records. Prints the median of the rounds, in microseconds of the calling thread, as CPU time and by
the clock, and ratios of the former; and what the sender's thread needs for a record.
"""

import json
import random
import sys
import time
from collections.abc import Callable
from statistics import median

import confluent_kafka as ck
import msgspec

from driftline.broker.embedded import EmbeddedBroker
from driftline.capture import Recorder
from driftline.capture.encoding import encoded
from driftline.capture.entries import Row, Subject

ROUNDS = 15
BURSTS, BURST = 20, 100
PAUSE = 0.005
Call = Callable[[], object]


def main() -> None:
    width = int(sys.argv[1]) if len(sys.argv) > 1 else 25
    rng = random.Random(7)
    features = {f"feature_{n}": rng.gauss(0, 1) for n in range(width - 5)} | {
        f"kind_{n}": "some text" for n in range(5)
    }
    with EmbeddedBroker({"captures": 4}) as broker:
        run(features, broker.bootstrap)


def run(features: dict[str, float | str], bootstrap: str) -> None:
    recorder = Recorder("churn", "3", bootstrap=bootstrap, topic="captures")
    sampled = Recorder("churn", "3", bootstrap=bootstrap, topic="captures", sample=0.1)
    producer = ck.Producer({"bootstrap.servers": bootstrap, "linger.ms": 50, "compression.type": "lz4"})
    record = {
        "id": "01a1fd23ccc77d5cb598103f447088b0", "time": 1_714_564_800_000, "model": "churn", "version": "3",
        "features": features, "prediction": 0.5, "latency": 0.01, "status": 200, "entity": "customer-17",
    }  # fmt: skip

    def produce() -> None:
        producer.produce("captures", json.dumps(record))
        producer.poll(0)

    def produce_quickly() -> None:
        producer.produce("captures", msgspec.json.encode(record))
        producer.poll(0)

    def settle() -> None:
        assert recorder.flush(60)
        assert sampled.flush(60)
        assert producer.flush(60) == 0

    contenders: dict[str, Call] = {
        "Recorder.log": lambda: recorder.log(features, 0.5, latency=0.01, status=200, entity="customer-17"),
        "Recorder.log, sample 0.1": lambda: sampled.log(features, 0.5, latency=0.01, status=200, entity="customer-17"),
        "json.dumps of the record": lambda: json.dumps(record),
        "json.dumps and produce": produce,
        "msgspec of the record": lambda: msgspec.json.encode(record),
        "msgspec and produce": produce_quickly,
    }
    figures = measure(contenders, settle)
    base = median(cpu for cpu, _ in figures["Recorder.log"])
    print(f"{len(features)} features, a record of {len(json.dumps(record))} bytes; us a call on the caller's thread")
    print(f"{'':28}{'CPU':>8}{'wall':>8}{'ratio':>8}")
    for name, rounds in figures.items():
        cpu, wall = median(one for one, _ in rounds), median(one for _, one in rounds)
        print(f"{name:28}{cpu:8.2f}{wall:8.2f}{cpu / base:8.2f}")
    row = Row(Subject("churn", "3"), 1_714_564_800_000, record["id"], features, 0.5, 0.01, 200, None, "customer-17")
    encoding = median(one for one, _ in measure({"": lambda: encoded(row, print)}, settle)[""])
    print(f"the sender's thread makes a record in {encoding:.2f} us; no row was dropped or refused")
    recorder.close()
    sampled.close()
    producer.flush(30)
    for counters in (recorder.counters(), sampled.counters()):
        assert counters["logged"] == counters["delivered"] + counters["sampled_out"] == ROUNDS * BURSTS * BURST


def measure(contenders: dict[str, Call], settle: Call) -> dict[str, list[tuple[float, float]]]:
    """CPU and wall time a call, in microseconds, by round."""
    figures: dict[str, list[tuple[float, float]]] = {name: [] for name in contenders}
    for _ in range(ROUNDS):
        for name, call in contenders.items():
            settle()
            cpu = wall = 0.0
            for _ in range(BURSTS):
                began, ran = time.perf_counter(), time.thread_time()
                for _ in range(BURST):
                    call()
                cpu, wall = cpu + time.thread_time() - ran, wall + time.perf_counter() - began
                time.sleep(PAUSE)
            figures[name].append((cpu / (BURSTS * BURST) * 1e6, wall / (BURSTS * BURST) * 1e6))
    return figures


if __name__ == "__main__":
    main()
