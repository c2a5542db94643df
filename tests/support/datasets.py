"""Named distributions: shapes that statistics meet, from a seed of their own."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def _mixed(rng: np.random.Generator, size: int) -> Floats:
    return np.where(rng.random(size) < 0.9, rng.normal(0.0, 1.0, size), rng.normal(40.0, 5.0, size))


DISTRIBUTIONS: dict[str, Callable[[np.random.Generator, int], Floats]] = {
    "normal": lambda rng, size: rng.normal(0.0, 1.0, size),
    "normal far from nought": lambda rng, size: rng.normal(1e9, 1e-3, size),
    "normal, tiny": lambda rng, size: rng.normal(0.0, 1e-12, size),
    "uniform": lambda rng, size: rng.uniform(-3.0, 5.0, size),
    "exponential": lambda rng, size: rng.exponential(2.0, size),
    "lognormal, wide": lambda rng, size: rng.lognormal(0.0, 3.0, size),
    "Cauchy": lambda rng, size: rng.standard_cauchy(size),
    "two groups": _mixed,
    "constant": lambda _, size: np.full(size, 7.25),
    "two values": lambda rng, size: rng.integers(0, 2, size).astype(np.float64),
    "integers": lambda rng, size: rng.poisson(4.0, size).astype(np.float64),
    "mostly nought": lambda rng, size: np.where(rng.random(size) < 0.97, 0.0, rng.exponential(10.0, size)),
    "negative": lambda rng, size: -rng.gamma(2.0, 3.0, size),
    "sorted": lambda _, size: np.arange(size, dtype=np.float64),
}


def draw(name: str, size: int, seed: int = 0) -> Floats:
    """``size`` values of a named distribution."""
    return DISTRIBUTIONS[name](np.random.default_rng(seed), size)
