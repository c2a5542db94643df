"""Rows under Model Monitor's rules: which value belongs to which column, by name where names are known, else by place.

Model Monitor lays a row out as one line, answers first (or last), and counts columns; names come from the baseline. So do we:

- a side of a request that is an object with at least one name of the baseline is read by name;
- an object without any such name is a line of its values in the order of its names, as characters sort (``10`` before ``9``);
- values by place take the columns that nothing has named, in the order of the baseline, if there are exactly as many.

If there are not, the row has another width than the baseline and its values belong nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from driftline.contracts.events import spread
from driftline.contracts.payload import Row
from driftline.contracts.schema import Schema

Values = dict[str, object]


@dataclass(frozen=True, slots=True)
class Placed:
    """One row. ``cells`` are its values in the baseline's order, as far as they came by place alone; see :class:`Event`.

    ``stranger`` is a name of an object that has none of the baseline's, "" if there is no such object, or if all its names end in
    digits: they are made to stand for places.
    """

    values: Mapping[str, object]
    width: int = -1
    folded: bool = True
    cells: Sequence[object] = ()
    stranger: str = ""


def placed_row(came: Row, answered: Row, schema: Schema, order: Literal["first", "last"]) -> Placed:
    """The row of a request's two sides, either of which may be empty. 4 us for 25 columns."""
    (answers, loose_answers), (inputs, loose_inputs) = (side_of(side, schema) for side in (answered, came))
    named = {**answers, **inputs}
    loose = [*loose_answers, *loose_inputs] if order == "first" else [*loose_inputs, *loose_answers]
    left = [name for name in schema.positions if name not in named]
    width, cells = len(named) + len(loose), () if named else loose
    stranger = _stranger(came) if isinstance(came, dict) and loose_inputs else ""
    if len(loose) == len(left):
        return Placed({**named, **dict(zip(left, loose, strict=True))}, width, cells=cells, stranger=stranger)
    if loose_inputs or not named:
        return Placed({}, width, folded=False, cells=cells, stranger=stranger)
    return Placed(named, width)


def by_name(values: Mapping[str, object], prediction: object, schema: Schema) -> Values:
    """The row of a capture that names its features: its prediction goes to the columns of its own names, else to the one that is
    left; what finds no column is passed on under the prediction's names.
    """
    predicted = spread(prediction, schema.predictions)
    own = {name: value for name, value in values.items() if value is not None or name not in predicted}
    found = {name: value for name, value in predicted.items() if name not in own}
    loose = [value for name, value in found.items() if name not in schema.roles]
    left = [name for name in schema.positions if name not in own and name not in found]
    if loose and len(loose) == len(left):
        named = {name: value for name, value in found.items() if name in schema.roles}
        return {**own, **named, **dict(zip(left, loose, strict=True))}
    return {**own, **found}


def _stranger(row: Mapping[str, object]) -> str:
    """The first name of an object, unless all of them end in digits."""
    return "" if all(name[-1:].isdigit() for name in row) else min(row)


def side_of(row: Row, schema: Schema) -> tuple[Values, list[object]]:
    """One side's values by name, and those without."""
    if isinstance(row, list):
        return {}, row
    if row.keys().isdisjoint(schema.roles):
        return {}, [row[name] for name in sorted(row)]
    return row, []
