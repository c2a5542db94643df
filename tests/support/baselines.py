"""Baselines of the traffic in `served`, as the command line writes them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from driftline.baseline import create, save
from support import served


def two_of_churn(make_folder: Callable[[str], Path]) -> list[Path]:
    """Two versions of one baseline: of ordinary rows, and of rows as they are in minutes 10 to 13."""
    made = []
    for name, minute in (("first", 0), ("second", 11)):
        folder = make_folder(name)
        data = served.table(folder / f"{name}.csv", lambda rng, _, at=minute: served.scored(served.churn)(rng, at))
        save(create(data, model="churn", version="1", roles={"prediction": "prediction"}), folder)
        made.append(folder)
    return made
