"""A baseline with a column of every kind, for all tests of what is done with one."""

import numpy as np
import pandas as pd
import pytest

from driftline.baseline import Baseline, create


@pytest.fixture(scope="session")
def frame() -> pd.DataFrame:
    rng = np.random.default_rng(5)
    return pd.DataFrame(
        {
            "id": range(500),
            "amount": rng.lognormal(3, 1, 500),
            "items": rng.poisson(2, 500),
            "fixed": 7,
            "plan/tier": rng.choice(["free", "päid", "x y"], 500),
            "new": rng.random(500) < 0.2,
            "empty": None,
            "at": pd.date_range("2024", periods=500, freq="min", tz="UTC"),
            "prediction": rng.random(500),
        }
    )


@pytest.fixture(scope="session")
def baseline(frame: pd.DataFrame) -> Baseline:
    return create(
        frame, model="shop/eu", version="1.0", created="2024-05-01T00:00:00Z", effective_from=1_714_521_600_000
    )
