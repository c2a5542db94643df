"""The headline figures on a real Kafka in five minutes. The last line is JSON.

Usage: python benchmarks/bench_quick.py [--bootstrap HOST:PORT] [--rounds 2] [--events 5000000]

- agent_over_bare: one worker, by the clock, against a bare consumer with the same decoder and fold (bench_capture.py, bar 0.9)
- agent_over_stock_faust: the same against a Faust agent that decodes and folds each event (bar 20)
- two_over_one: two workers against one (bench_scale.py, bar 1.6 on two cores shared with the broker)
- violation_p50_s: from the end of a window and its lateness to the violation on the topic (bench_latency.py, bar 1 s)
- render_50k_ms: 50,000 series of /metrics (bench_metrics_render.py, bar 50 ms)
- rss_growth_mb: of capture, log and verdict stage from two tenths of a million events to the end (bench_memory.py, bar: flat)
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bench_capture import Ground, contender, real
from bench_latency import violation_delays
from bench_memory import CASES
from bench_memory import measure as resident
from bench_metrics_render import filled, rendered
from bench_scale import run as workers
from brokers import NoKafkaError, kafka, named
from tables import json_line, middle
from workload import Traffic

FOLD_EVENTS, FAUST_EVENTS, MEMORY_EVENTS = 1_000_000, 4_000, 1_000_000
LATENCY_SECONDS = 30.0
SERIES = 50_000
BUDGET_SECONDS, AFTER_SECONDS = 300.0, 80.0
"""Of the whole, and of what comes after the throughput: delays, rendering, memory."""
BEGAN = time.monotonic()


@dataclass
class Ratios:
    """A figure a round; the median counts."""

    over_bare: list[float] = field(default_factory=list)
    over_faust: list[float] = field(default_factory=list)
    two_over_one: list[float] = field(default_factory=list)


def throughput(ground: Ground, rounds: int) -> Ratios:
    """One worker, two workers, the bare consumer and the Faust agent, once a round; no round that would take too long."""
    found, started = Ratios(), time.monotonic()
    for number in range(rounds):
        if number and not worth_another(time.monotonic() - BEGAN, (time.monotonic() - started) / number):
            say("no time for another round")
            break
        fold = contender(ground, "fold", min(FOLD_EVENTS, ground.traffic.events))
        one, two = workers(ground, 1), workers(ground, 2)
        faust = contender(ground, "faust-each", FAUST_EVENTS)
        rates = f"fold {fold.rate:,.0f}, worker {one.rate:,.0f}, two {two.rate:,.0f}, Faust {faust.rate:,.0f} events/s"
        say(f"{rates}; CPU us: {fold.cpu_us:.2f}, {one.cpu_us:.2f}, {two.cpu_us:.2f}, {faust.cpu_us:.0f}")
        found.over_bare.append(one.rate / fold.rate)
        found.over_faust.append(one.rate / faust.rate)
        found.two_over_one.append(two.rate / one.rate)
    return found


def worth_another(passed: float, a_round: float) -> bool:
    """Whether a round of so many seconds leaves enough of the five minutes for what comes after it."""
    return passed + a_round < BUDGET_SECONDS - AFTER_SECONDS


def growth() -> float:
    """Megabytes."""
    found, _ = resident(next(iter(CASES.values())), MEMORY_EVENTS)
    return found[-1] - found[1]


def said(what: str, measure: Callable[[], float]) -> float:
    """A figure, and a line about it."""
    found = measure()
    say(f"{what}: {found:.2f}")
    return found


def say(text: str) -> None:
    """What has been found so far, and when."""
    print(f"{time.monotonic() - BEGAN:6.0f} s  {text}", flush=True)


def headline(bootstrap: str, events: int, rounds: int) -> dict[str, float]:
    """All figures by name."""
    with real(bootstrap, Traffic(events)) as ground:
        say(f"{events:,} events are in the topic")
        ratios = throughput(ground, rounds)
    return {
        "agent_over_bare": middle(ratios.over_bare),
        "agent_over_stock_faust": middle(ratios.over_faust),
        "two_over_one": middle(ratios.two_over_one),
        "violation_p50_s": said("violation, s", lambda: violation_delays(bootstrap, seconds=LATENCY_SECONDS).median),
        "render_50k_ms": said("50,000 series, ms", lambda: rendered(filled(SERIES)).ours),
        "rss_growth_mb": said("growth of memory, MB", growth),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bootstrap", default=named())
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--events", type=int, default=5_000_000)
    asked = parser.parse_args()
    try:
        with kafka(asked.bootstrap) as bootstrap:
            found = headline(bootstrap, asked.events, asked.rounds)
    except NoKafkaError as error:
        sys.exit(f"no Kafka: {error}")
    print(json_line(found))


if __name__ == "__main__":
    main()
