"""How long 50,000 per-feature series take to render: the series table against Gauge objects of prometheus_client.

Run: ``python benchmarks/bench_metrics_render.py [series]``. Both write the same bytes, which is checked first. Prints the median
milliseconds of seven runs each and their ratio; all values change before every run, so nothing comes from a cache. Then it
measures how long an event loop stalls while scrapes are rendered in a thread.
"""

import asyncio
import sys
from dataclasses import dataclass
from statistics import median
from time import perf_counter

import numpy as np
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from driftline.exporter import BlockName, Renderer, SeriesKey, SeriesTable, WorkerMetrics
from driftline.exporter.names import FEATURE_DISTANCE
from driftline.exporter.render import render_table

RUNS = 7
DISTANCES = ("linf_robust", "linf_simple", "ks", "psi", "jensen_shannon")
FEATURES = 100


@dataclass(frozen=True)
class Rendered:
    """Median milliseconds of one rendering, of ours and of prometheus_client's, and of giving all series new values."""

    series: int
    size: int
    ours: float
    theirs: float
    update: float


@dataclass(frozen=True)
class Filled:
    """The same series in both: models of a hundred features each."""

    table: SeriesTable
    keys: tuple[SeriesKey, ...]
    models: int
    registry: CollectorRegistry
    children: list[Gauge]


def filled(series: int) -> Filled:
    """Both without values."""
    keys = tuple(
        SeriesKey(FEATURE_DISTANCE.name, (f"feature_{i:03}", "1h", distance))
        for i in range(FEATURES)
        for distance in DISTANCES
    )
    models = series // len(keys)
    registry = CollectorRegistry()
    gauge = Gauge(FEATURE_DISTANCE.name, FEATURE_DISTANCE.help, FEATURE_DISTANCE.labels, registry=registry)
    children = [gauge.labels(f"model-{m}", "v1", *key.labels) for m in range(models) for key in keys]
    return Filled(SeriesTable([FEATURE_DISTANCE], max_series=series), keys, models, registry, children)


def rendered(both: Filled) -> Rendered:
    """Render all series with new values, several times; the bytes must be the same."""
    rng = np.random.default_rng(7)
    ours, theirs, updates, text = [], [], [], b""
    for _ in range(RUNS):
        values = rng.random((both.models, len(both.keys)))
        for child, value in zip(both.children, values.ravel().tolist(), strict=True):
            child.set(value)
        began = perf_counter()
        for m in range(both.models):
            both.table.assign(BlockName(f"model-{m}", "v1", "closed 1h"), both.keys, values[m])
        updated = perf_counter()
        text = render_table(both.table.families, both.table.snapshot(), openmetrics=False).encode()
        written = perf_counter()
        expected = generate_latest(both.registry)
        theirs.append(perf_counter() - written)
        ours.append(written - updated)
        updates.append(updated - began)
        assert text == expected
    middle = [median(taken) * 1000 for taken in (ours, theirs, updates)]
    return Rendered(len(both.table), len(text), *middle)


def main() -> None:
    both = filled(int(sys.argv[1]) if len(sys.argv) > 1 else 50_000)
    found = rendered(both)
    print(f"{found.series} series, {found.size / 1e6:.1f} MB of text, the same bytes")
    print(f"series table       {found.ours:8.1f} ms   (update of all values {found.update:.1f} ms)")
    print(f"prometheus_client  {found.theirs:8.1f} ms")
    print(f"ratio              {found.theirs / found.ours:8.1f} x")
    stall = asyncio.run(longest_stall(both.table, both.keys, both.models))
    print(f"event loop stalls  {stall * 1000:8.1f} ms at most, while rendering in a thread")


async def longest_stall(table: SeriesTable, keys: tuple[SeriesKey, ...], models: int) -> float:
    renderer = Renderer(table, WorkerMetrics())
    longest = 0.0
    for run in range(RUNS):
        for m in range(models):
            table.assign(BlockName(f"model-{m}", "v1", "closed 1h"), keys, [run + 0.123456789] * len(keys))
        scrape = asyncio.create_task(asyncio.to_thread(renderer.render))
        while not scrape.done():
            began = perf_counter()
            await asyncio.sleep(0)
            longest = max(longest, perf_counter() - began)
    return longest


if __name__ == "__main__":
    main()
