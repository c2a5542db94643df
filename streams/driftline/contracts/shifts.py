"""Whether the columns of a row were moved by one: a value was put in, or left out, and all behind it stand in the wrong place.

Looked for where a row has one value too many or too few, or where at least two of its values are strange: no number where there
should be one, or a category that the baseline does not know. If none is strange once a place is passed over, the row looks
shifted from there on.
"""

from __future__ import annotations

from collections.abc import Sequence

from driftline.contracts.lexical import lexical_number, lexical_text
from driftline.contracts.schema import MISTYPED_VALUE, Schema

_STRANGE_NAMES = "?"
_LONGEST_NAME = 80
"""Characters of a name that are noted. Chosen: it is read by a person."""
SUSPICIOUS = 2
"""Strange values of a row of the right width from which on it is looked at. Chosen: one is a typing error."""


def shift_of(cells: Sequence[object], schema: Schema) -> str:
    """How the cells of a row, in the order of the baseline, seem to have been moved: "+1 name" if a value too many stands in
    the place of this column, "-1 name" if its value was left out, "" if neither. About 0.5 us a cell.
    """
    names, more = schema.positions, len(cells) - len(schema.positions)
    straight = _compared(cells, names, schema) if -1 <= more <= 1 else []
    if not straight or (not more and sum(straight) < SUSPICIOUS):
        return ""
    found = []
    if more >= 0:
        found.append((_last_fit(straight, _compared(cells[1:], names, schema)), "+1"))
    if more <= 0:
        found.append((_last_fit(straight, _compared(cells, names[1:], schema)), "-1"))
    place, sign = max(found)
    at_the_end = len(names) - (more < 0)
    return f"{sign} {names[place]}" if 0 <= place < at_the_end else ""


def stranger_of(name: str) -> str:
    """How a row is noted that names its values, ``name`` among them, and by no name that the baseline knows."""
    return f"{_STRANGE_NAMES} {name[:_LONGEST_NAME]}"


def shift_sentence(shift: str) -> str:
    """What :func:`shift_of` found, or :func:`stranger_of` noted, for a person.

    >>> shift_sentence("+1 plan")
    "looks shifted by one column from 'plan' on (a value too many there)"
    >>> shift_sentence(stranger_of("colour"))
    "no name is one of the baseline's, such as 'colour': taken by place, in the order of the names"
    """
    sign, _, name = shift.partition(" ")
    if sign == _STRANGE_NAMES:
        return f"no name is one of the baseline's, such as {name!r}: taken by place, in the order of the names"
    cause = "a value too many there" if sign == "+1" else "its value was left out"
    return f"looks shifted by one column from {name!r} on ({cause})"


def _compared(cells: Sequence[object], names: Sequence[str], schema: Schema) -> list[bool]:
    return [_strange(cell, name, schema) for cell, name in zip(cells, names, strict=False)]


def _last_fit(straight: Sequence[bool], moved: Sequence[bool]) -> int:
    """The last place from which on all cells fit if they are moved, with all before it fitting as they are; -1 for none."""
    first = straight.index(True) if True in straight else len(straight)
    last = max((place for place, strange in enumerate(moved) if strange), default=-1)
    place = min(first, len(moved))
    return place if last < place else -1


def _strange(cell: object, name: str, schema: Schema) -> bool:
    """Whether a cell is none of a column: no number where there should be one, or a category that the baseline does not know."""
    if name in schema.numeric_at:
        return lexical_number(cell) is MISTYPED_VALUE
    known = schema.layout.code_of[schema.category_at[name]] if name in schema.category_at else {}
    text = lexical_text(cell) if known else None
    return text is not None and text not in known
