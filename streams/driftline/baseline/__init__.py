"""Baselines: what a model's data looked like, and what may change before somebody is told.

import driftline.baseline as baselines
baseline = baselines.create(frame, model="flights", version="1", roles={"arr_delay": "prediction"})
baselines.save(baseline, "flights-baseline")
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from driftline.baseline.constraints import Constraints
from driftline.baseline.files import load, save
from driftline.baseline.model import Baseline, CategoryStatistics, ColumnProfile, Kind, NumericStatistics, Role

__all__ = [
    "Baseline",
    "CategoryStatistics",
    "ColumnProfile",
    "Constraints",
    "Kind",
    "NumericStatistics",
    "Role",
    "create",
    "load",
    "save",
]


def create(  # noqa: PLR0913 - one keyword per choice of `driftline baseline create`
    data: object,
    *,
    model: str,
    version: str,
    roles: Mapping[str, str] | None = None,
    columns: Sequence[str] | None = None,
    na: Sequence[str] = (),
    effective_from: int | None = None,
    created: str | None = None,
    progress: Callable[[float], None] | None = None,
) -> Baseline:
    """A baseline of a file (path) or of a pandas, polars or pyarrow table; read twice, in bounded memory.

    ``roles`` maps columns to roles where the guess is wrong; ``columns`` names those of a CSV file without a header, ``na`` its
    words for "missing". ``effective_from`` is in ms UTC. Raises BaselineError.
    """
    from driftline.baseline.draft import draft  # noqa: PLC0415 - workers load baselines and never make them
    from driftline.baseline.readers import open_source  # noqa: PLC0415

    source = open_source(data, columns=columns, na=na)
    return draft(
        source,
        model=model,
        version=version,
        roles=roles,
        effective_from=effective_from,
        created=created,
        progress=progress,
    ).baseline
