"""How long 50,000 per-feature series take to render: the series table against Gauge objects of prometheus_client.

Run: ``python benchmarks/bench_metrics_render.py [series]``. Both write the same bytes, which is checked first. Prints the median
milliseconds of seven runs each and their ratio; all values change before every run, so nothing comes from a cache. Then it
measures how long an event loop stalls while scrapes are rendered in a thread.
"""

import asyncio
import sys
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


def main() -> None:
    series = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    models = series // (FEATURES * len(DISTANCES))
    keys = tuple(
        SeriesKey(FEATURE_DISTANCE.name, (f"feature_{i:03}", "1h", distance))
        for i in range(FEATURES)
        for distance in DISTANCES
    )
    rng = np.random.default_rng(7)
    table = SeriesTable([FEATURE_DISTANCE], max_series=series)
    registry = CollectorRegistry()
    gauge = Gauge(FEATURE_DISTANCE.name, FEATURE_DISTANCE.help, FEATURE_DISTANCE.labels, registry=registry)
    children = [gauge.labels(f"model-{m}", "v1", *key.labels) for m in range(models) for key in keys]
    ours, theirs, updates = [], [], []
    for _ in range(RUNS):
        values = rng.random((models, len(keys)))
        for child, value in zip(children, values.ravel().tolist(), strict=True):
            child.set(value)
        began = perf_counter()
        for m in range(models):
            table.assign(BlockName(f"model-{m}", "v1", "closed 1h"), keys, values[m])
        updates.append(perf_counter() - began)
        began = perf_counter()
        text = render_table(table.families, table.snapshot(), openmetrics=False).encode()
        ours.append(perf_counter() - began)
        began = perf_counter()
        expected = generate_latest(registry)
        theirs.append(perf_counter() - began)
        assert text == expected
    mine, other = median(ours) * 1000, median(theirs) * 1000
    print(f"{len(table)} series, {len(text) / 1e6:.1f} MB of text, the same bytes")
    print(f"series table       {mine:8.1f} ms   (update of all values {median(updates) * 1000:.1f} ms)")
    print(f"prometheus_client  {other:8.1f} ms")
    print(f"ratio              {other / mine:8.1f} x")
    stall = asyncio.run(longest_stall(table, keys, models))
    print(f"event loop stalls  {stall * 1000:8.1f} ms at most, while rendering in a thread")


async def longest_stall(table: SeriesTable, keys: tuple[SeriesKey, ...], models: int) -> float:
    renderer = Renderer(table, WorkerMetrics())
    longest = 0.0
    for run in range(RUNS):
        for m in range(models):
            table.assign(BlockName(f"model-{m}", "v1", "closed 1h"), keys, np.full(len(keys), run + 0.123456789))
        scrape = asyncio.create_task(asyncio.to_thread(renderer.render))
        while not scrape.done():
            began = perf_counter()
            await asyncio.sleep(0)
            longest = max(longest, perf_counter() - began)
    return longest


if __name__ == "__main__":
    main()
