"""The field of predictions over the columns that it is for."""

from __future__ import annotations

import msgspec

from driftline.contracts.structs import RowStruct, map_keys
from driftline.contracts.table import Column


def spread(struct: RowStruct, values: Column | None) -> dict[str, Column]:
    """The columns of a field of predictions, decoded as the struct has it; none when no row has one."""
    if values is None or struct.prediction == "none" or values.count(None) == len(values):
        return {}
    if struct.prediction == "single":
        return {struct.predictions[0]: values}
    width = len(struct.predictions)
    if struct.prediction == "vector":
        rows = [(None,) * width if value is None else value for value in values]
        return dict(zip(struct.predictions, zip(*rows, strict=True), strict=True))
    names = tuple(map_keys(struct.predictions).values())
    rows = [(None,) * len(names) if value is None else msgspec.structs.astuple(value) for value in values]
    return dict(zip(names, zip(*rows, strict=True), strict=True))
