"""Whole rows that a script of the user's has made of a request: by the names of the baseline, else by place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from driftline.baseline.model import Role
from driftline.contracts.positions import Order, positional_names
from driftline.contracts.schema import Schema

Values = dict[str, object]


def whole_row(row: Sequence[object] | Mapping[str, object], schema: Schema | None, order: Order) -> Values:
    """The values of a row by column.

    An object one of whose keys is a column of the baseline is by name. Of any other the values are taken by place, in the
    lexicographic order of the keys, as Model Monitor does. Places are those of all predictions and features, with the predictions
    ``first`` or ``last``, or of the features alone. Raises ContractError ``column_count`` when there are neither as many.
    """
    if isinstance(row, Mapping):
        if schema is None or not schema.roles.keys().isdisjoint(row):
            return dict(row)
        row = [row[key] for key in sorted(row)]
    fitting = (names for names in _whole_rows(schema, order) if len(names) == len(row))
    names = next(fitting, None) or positional_names(schema, len(row), 0, order)[0]
    return {name: cell for name, cell in zip(names, row, strict=True) if name}


def _whole_rows(schema: Schema | None, order: Order) -> Iterator[Sequence[str]]:
    """All predictions and features; with labels in their place among the features, too."""
    if schema is not None and schema.predictions:
        for features in (schema.features, schema.with_role(Role.FEATURE, Role.LABEL)):
            yield schema.predictions + features if order == "first" else features + schema.predictions
