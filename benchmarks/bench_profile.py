"""Profile.update beside the least that any histogram needs: sorting the same columns and finding the edges in them.

Prints microseconds a row of both and their ratio, then merge and state; then the same fold on the edges of Model Monitor's
sketches, by turns with the fold on fifty edges. Usage: python benchmarks/bench_profile.py [rows]
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable

import msgspec
import numpy as np
from numpy.typing import NDArray

from driftline.baseline.sagemaker.kll import KllSketch
from driftline.stats.columns import Columns
from driftline.stats.layout import Layout
from driftline.stats.profile import Profile

NUMERIC, CATEGORICAL, KNOWN = 20, 5, 8


def equal_mass(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """51 edges, as our own baselines have them."""
    return np.quantile(values, np.arange(51) / 50)


def retained(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Thousands of edges: what Model Monitor's sketch of the values retains."""
    sketch = KllSketch()
    sketch.add(values)
    return sketch.points.on_edges()[0]


def layout(cut: Callable[[NDArray[np.float64]], NDArray[np.float64]] = equal_mass, rows: int = 20_000) -> Layout:
    """20 numeric columns on the edges of so many rows, every fourth integral, and 5 categorical ones of 8 values."""
    rng = np.random.default_rng(0)
    center, scale = np.arange(NUMERIC, dtype=np.float64), 1 + np.arange(NUMERIC) / 10
    edges = [cut(rng.normal(c, s, rows)) for c, s in zip(center, scale, strict=True)]
    return Layout(
        numeric=tuple(f"n{index}" for index in range(NUMERIC)),
        edges=tuple(edges),
        center=center,
        scale=scale,
        integral=np.arange(NUMERIC) % 4 == 0,
        categorical=tuple(f"c{index}" for index in range(CATEGORICAL)),
        categories=tuple(tuple(f"v{index}" for index in range(KNOWN)) for _ in range(CATEGORICAL)),
        low=np.array([cut[0] for cut in edges]),
        high=np.array([cut[-1] for cut in edges]),
    )


def batch(onto: Layout, rows: int, seed: int) -> Columns:
    """Rows of the baseline's own distribution, with latencies and entities."""
    rng = np.random.default_rng(seed)
    columns = Columns.blank(onto, rows)
    columns.numeric[:] = rng.normal(onto.center[:, None], onto.scale[:, None], columns.numeric.shape)
    columns.codes[:] = rng.integers(0, KNOWN, columns.codes.shape)
    columns.latency[:] = rng.exponential(0.05, rows)
    columns.entity[:] = rng.integers(1, 1000, rows)
    columns.status[:] = 1
    return columns


def median(call: Callable[[], object], times: int = 300) -> float:
    """Median microseconds of a call."""
    call()
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken) * 1e6


def main(rows: int) -> None:
    onto = layout()
    batches = [batch(onto, rows, seed) for seed in range(8)]
    turn = iter(range(10**9))
    profile = Profile(onto)
    full = median(lambda: profile.update(batches[next(turn) % 8]))

    def least() -> None:
        ordered = np.sort(batches[next(turn) % 8].numeric, axis=1)
        for row, cut in zip(ordered, onto.edges, strict=True):
            row.searchsorted(cut)

    bare = median(least)
    print(f"update        {full / rows:8.3f} us a row, {rows} rows a batch")
    print(f"sort + edges  {bare / rows:8.3f} us a row: ratio {full / bare:.1f}")
    one, other = Profile(onto), Profile(onto)
    one.update(batches[0])
    other.update(batches[1])
    state = one.to_state()
    assert Profile.from_state(onto, state).to_state() == state
    print(f"merge         {median(lambda: one.merge(other)):8.1f} us")
    print(f"to_state      {median(one.to_state):8.1f} us, {len(msgspec.msgpack.encode(state))} bytes")
    print(f"from_state    {median(lambda: Profile.from_state(onto, state)):8.1f} us")


def against_sketches(rows: int, rounds: int = 100) -> None:
    """One fold on fifty edges, one on those of sketches, and so on; the median of the ratios of neighbours."""
    ours, theirs = layout(), layout(retained, 60_000)
    pairs = [(Profile(onto), [batch(onto, rows, seed) for seed in range(8)]) for onto in (ours, theirs)]
    ratios = []
    for turn in range(rounds):
        taken = []
        for profile, batches in pairs:
            start = time.process_time()
            profile.update(batches[turn % 8])
            taken.append(time.process_time() - start)
        ratios.append(taken[1] / taken[0])
    sizes = []
    for onto, (_, batches) in zip((ours, theirs), pairs, strict=True):
        one = Profile(onto)
        one.update(batches[0])
        sizes.append(len(msgspec.msgpack.encode(one.to_state())))
    ratio = statistics.median(ratios)
    print(
        f"{len(theirs.edges[0]):,} edges: {ratio:.1f} times the update of 51, {rows} rows a batch; state {sizes} bytes"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
    for size in (50, 1000, 4000):
        against_sketches(size)
