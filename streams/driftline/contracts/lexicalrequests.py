"""Single rows of many like SageMaker requests under Model Monitor's rules: typed by their text, put into columns together.

Only rows of the baseline's width are taken; what is wrong, or odd, is left to the careful path, which makes of these the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Annotated, Any

import msgspec
import numpy as np
from msgspec import Meta

from driftline.contracts.bulkcells import text_categories, text_numbers
from driftline.contracts.capture import CaptureTopic, Decoded
from driftline.contracts.filling import Filling
from driftline.contracts.lexical import is_whole, lexical_number, lexical_text, not_whole
from driftline.contracts.lexicalrows import Cells, pairs_of
from driftline.contracts.payload import is_plain_names, read_payload
from driftline.contracts.placed import side_of
from driftline.contracts.schema import MISTYPED_VALUE, Schema
from driftline.contracts.shifts import SUSPICIOUS, shift_of
from driftline.contracts.structs import is_plain
from driftline.errors import ContractError
from driftline.stats.columns import UNSEEN, Columns
from driftline.stats.forms import Forms

_WHOLE = Annotated[int, Meta(ge=-(1 << 63), le=(1 << 63) - 1)] | None
_TEXT = Annotated[str, Meta(min_length=1)] | None


def lexical_rows_like(
    came: str, went: str | None, schema: Schema, topic: CaptureTopic
) -> LexicalCsvRows | LexicalJsonRows | None:
    """Rows laid out like this one; None if it is not laid out as the baseline is."""
    if came[:1] not in {"{", "["}:
        inputs, outputs = came.count(",") + 1, went.count(",") + 1 if went is not None else 0
        return LexicalCsvRows(schema, topic) if inputs + outputs == len(schema.positions) else None
    return LexicalJsonRows(schema, topic) if came[:1] == "{" and is_plain_names(schema.roles) else None


class LexicalCsvRows:
    """Cells by place."""

    def __init__(self, schema: Schema, topic: CaptureTopic) -> None:
        """No rows yet."""
        self._schema = schema
        self._topic = topic
        self._rows: list[list[str]] = []

    def add(self, came: str, went: str | None) -> bool:
        """Take in a row, in the order of the baseline."""
        sides = [came.split(","), went.split(",") if went is not None else []]
        if self._topic.output_columns == "first":
            sides.reverse()
        self._rows.append(sides[0] + sides[1])
        return True

    def columns(self, kept: Sequence[int], out: Decoded) -> Columns:
        """The columns of some of the rows."""
        schema, rows = self._schema, [self._rows[row] for row in kept]
        filling = Filling(schema, len(rows))
        fractional: Cells = []
        for name, cells in zip(schema.positions, zip(*rows, strict=True), strict=False):
            at, category = schema.places.get(name, (-1, None))
            if at >= 0 and category is None:
                found, mistyped = text_numbers(cells)
                filling.numbers(at, found, mistyped)
                if name in schema.whole:
                    fractional += [(at, row) for row in not_whole(cells) if not np.isnan(found[row])]
            elif at >= 0:
                filling.categories(at, text_categories(cells, boolean=False))
        columns = filling.done(self._topic, out)
        columns.forms = _forms(len(rows), schema, fractional)
        for row in _suspects(columns, schema):
            _note(columns.forms, row, shift_of(rows[row], schema))
        return columns


class LexicalJsonRows:
    """Features by name, answers by name or by place; together they are all columns of the baseline, once each."""

    def __init__(self, schema: Schema, topic: CaptureTopic) -> None:
        """The first row that has all columns tells which of them are asked, and which answered."""
        self._schema = schema
        self._topic = topic
        self._names: tuple[str, ...] = ()
        self._answered: list[str] = []
        self._decode: Callable[[str], msgspec.Struct] | None = None
        self._rows: list[msgspec.Struct] = []
        self._answers: list[list[object]] = []

    def add(self, came: str, went: str | None) -> bool:
        """Take in a row, if all its values are of their types; of those that are answered the types do not matter."""
        decode = self._decode or self._learn(came)
        answer = [] if went is None else self._answer(went)
        if decode is None or answer is None or len(answer) != len(self._answered):
            return False
        try:
            self._rows.append(decode(came))
        except (ValueError, RecursionError):
            return False
        self._decode = decode
        self._answers.append(answer)
        return True

    def _learn(self, came: str) -> Callable[[str], msgspec.Struct] | None:
        """How rows with the names of this one are decoded; None if the baseline does not know them."""
        try:
            names = tuple(msgspec.json.decode(came, type=dict[str, Any]))
        except (ValueError, RecursionError):
            return None
        if not names or not set(self._schema.positions).issuperset(names) or not all(map(is_plain, names)):
            return None
        self._names, self._answered = names, [name for name in self._schema.positions if name not in names]
        return _decoder(self._schema, names)

    def _answer(self, text: str) -> list[object] | None:
        """The values of an answer in the order of the baseline; None if there is anything odd."""
        try:
            payload = read_payload({"data": text, "encoding": "JSON"}, "")
        except ContractError:
            return None
        if len(payload.rows) != 1 or payload.nonstandard:
            return None
        named, loose = side_of(payload.rows[0], self._schema)
        if not named:
            return loose
        return [named[name] for name in self._answered] if named.keys() == set(self._answered) else None

    def columns(self, kept: Sequence[int], out: Decoded) -> Columns:
        """The columns of some of the rows."""
        schema = self._schema
        filling = Filling(schema, len(kept))
        fractional: Cells = []
        inputs = zip(*(msgspec.structs.astuple(self._rows[row]) for row in kept), strict=True)
        for name, values in zip(self._names, inputs, strict=False):
            at, category = schema.places.get(name, (-1, None))
            if at >= 0 and category is None:
                filling.numbers(at, np.array(values, dtype=np.float64), ())
            elif at >= 0:
                filling.categories(at, values)
        for place, name in enumerate(self._answered):
            fractional += _fill(name, [self._answers[row][place] for row in kept], schema, filling)
        columns = filling.done(self._topic, out)
        columns.forms = _forms(len(kept), schema, fractional)
        return columns


def _fill(name: str, values: Sequence[object], schema: Schema, filling: Filling) -> Cells:
    """Fill a column value by value; its numbers of another type."""
    at, category = schema.places.get(name, (-1, None))
    if at < 0:
        return []
    if category is not None:
        filling.categories(at, [lexical_text(value) for value in values])
        return []
    found = [lexical_number(value) for value in values]
    numbers = np.array([value if isinstance(value, float) else np.nan for value in found])
    filling.numbers(at, numbers, [row for row, value in enumerate(found) if value is MISTYPED_VALUE])
    odd = [] if name not in schema.whole else np.flatnonzero(~np.isnan(numbers)).tolist()
    return [(at, row) for row in odd if not is_whole(values[row])]


@lru_cache(maxsize=256)
def _decoder(schema: Schema, names: tuple[str, ...]) -> Callable[[str], msgspec.Struct]:
    """Of objects that hold exactly these names, with values of their types. 0.2 ms."""
    types = [(f"f{place}", _type(name, schema)) for place, name in enumerate(names)]
    keys = {f"f{place}": name for place, name in enumerate(names)}
    struct = msgspec.defstruct("Features", types, rename=keys, forbid_unknown_fields=True, gc=False)
    return msgspec.json.Decoder(struct).decode


def _type(name: str, schema: Schema) -> Any:  # noqa: ANN401 - a type made at run time
    if name in schema.category_at:
        return _TEXT
    if name in schema.numeric_at:
        return _WHOLE if name in schema.whole else float | None
    return str | int | float | bool | None


def _forms(rows: int, schema: Schema, fractional: Cells) -> Forms:
    width = np.full(rows, len(schema.positions), dtype=np.int32)
    return Forms(width, np.ones(rows, dtype=np.bool_), pairs_of(fractional))


def _suspects(columns: Columns, schema: Schema) -> list[int]:
    """Rows with so many strange values that their columns may have been moved."""
    limited = np.array([bool(known) for known in schema.layout.categories], dtype=np.bool_)
    strange = np.count_nonzero(columns.codes[limited] == UNSEEN, axis=0)
    strange += np.bincount(columns.mistyped[:, 1], minlength=len(columns))
    found: list[int] = np.flatnonzero(strange >= SUSPICIOUS).tolist()
    return found


def _note(forms: Forms, row: int, shift: str) -> None:
    if shift:
        forms.shifted[shift] = np.append(forms.shifted.get(shift, np.empty(0, dtype=np.int64)), row)
