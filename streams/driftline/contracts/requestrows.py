"""The single rows of many SageMaker requests that are laid out alike, put into columns together."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec
import numpy as np

from driftline.contracts.bulkcells import text_categories, text_numbers
from driftline.contracts.capture import CaptureTopic, Decoded
from driftline.contracts.cells import category, number
from driftline.contracts.filling import Filling
from driftline.contracts.lexicalrequests import lexical_rows_like
from driftline.contracts.payload import BOM, is_plain_names, read_payload
from driftline.contracts.positions import positional_names
from driftline.contracts.schema import MISTYPED_VALUE, Schema
from driftline.contracts.structs import features_struct
from driftline.contracts.texts import is_utf8_charset
from driftline.errors import ContractError
from driftline.stats.columns import Columns

JSON_BEGINS = ("{", "[")
"""What a payload of JSON begins with, and CSV never does."""
_NOT_CSV = (*JSON_BEGINS, BOM)


class Rows(Protocol):
    """Rows that are gathered one by one and made columns together."""

    def add(self, came: str, went: str | None) -> bool:
        """Take in the row of a request by its texts; False if it is not plain, and then nothing is taken in."""
        ...

    def columns(self, kept: Sequence[int], out: Decoded) -> Columns:
        """The columns of some of the rows."""
        ...


def rows_like(came: str, went: str | None, schema: Schema, topic: CaptureTopic) -> Rows | None:
    """Rows laid out like this one; None if it is not laid out as the baseline is."""
    if schema.monitor is not None:
        return lexical_rows_like(came, went, schema, topic)
    if came[:1] in JSON_BEGINS:
        struct = features_struct(schema) if is_plain_names(schema.roles) else None
        return _JsonRows(schema, topic, *struct) if struct else None
    inputs, outputs = came.count(",") + 1, went.count(",") + 1 if went is not None else 0
    try:
        names = positional_names(schema, inputs, outputs, topic.output_columns)
    except ContractError:
        return None
    return _CsvRows([*names[0], *names[1]], schema, topic)


def line_of(data: str, encoding: str, observed: str | None) -> str | None:
    """The text of a payload of one line of CSV without quotes, or of JSON; None if it is something else."""
    if encoding == "BASE64":
        if not is_utf8_charset(observed):
            return None
        try:
            data = base64.b64decode(data, validate=True).decode("utf-8")
        except ValueError:
            return None
        json = data.lstrip()[:1] in JSON_BEGINS
    else:
        json = encoding == "JSON"
    if json:
        return data if data[:1] in JSON_BEGINS else None
    if encoding not in {"CSV", "BASE64"} or '"' in data or data[:1] in _NOT_CSV:
        return None
    line = data.removesuffix("\n").removesuffix("\r")
    return line if line.strip() and "\n" not in line and "\r" not in line else None


class _CsvRows:
    """Cells by place."""

    def __init__(self, names: list[str], schema: Schema, topic: CaptureTopic) -> None:
        self._names = names
        self._schema = schema
        self._topic = topic
        self._rows: list[list[str]] = []

    def add(self, came: str, went: str | None) -> bool:
        self._rows.append(came.split(",") if went is None else [*came.split(","), *went.split(",")])
        return True

    def columns(self, kept: Sequence[int], out: Decoded) -> Columns:
        filling = Filling(self._schema, len(kept))
        for name, cells in zip(self._names, zip(*(self._rows[row] for row in kept), strict=True), strict=False):
            at, boolean = self._schema.places.get(name, (-1, None))
            if at >= 0 and boolean is None:
                found, mistyped = text_numbers(cells)
                filling.numbers(at, found, mistyped)
            elif at >= 0:
                filling.categories(at, text_categories(cells, boolean=bool(boolean)))
        return filling.done(self._topic, out)


class _JsonRows:
    """Features by name, answers by name or by place."""

    def __init__(
        self, schema: Schema, topic: CaptureTopic, decode: Callable[[str], msgspec.Struct], fields: Sequence[str]
    ) -> None:
        self._schema = schema
        self._topic = topic
        self._decode = decode
        self._fields = fields
        self._rows: list[msgspec.Struct] = []
        self._answers: list[dict[str, object]] = []

    def add(self, came: str, went: str | None) -> bool:
        answer = {} if went is None else self._answer(went)
        if answer is None:
            return False
        try:
            self._rows.append(self._decode(came))
        except (ValueError, RecursionError):
            return False
        self._answers.append(answer)
        return True

    def _answer(self, text: str) -> dict[str, object] | None:
        """The predictions in an answer; None if it holds anything else."""
        schema = self._schema
        try:
            payload = read_payload({"data": text, "encoding": "JSON"}, "")
            row = payload.rows[0] if len(payload.rows) == 1 else None
            names = positional_names(schema, 0, len(row), "first")[1] if isinstance(row, list) else []
        except ContractError:
            return None
        if row is None or payload.nonstandard:
            return None
        answer = row if isinstance(row, dict) else dict(zip(names, row, strict=True))
        return answer if answer.keys() <= set(schema.predictions) else None

    def columns(self, kept: Sequence[int], out: Decoded) -> Columns:
        filling = Filling(self._schema, len(kept))
        values = zip(*(msgspec.structs.astuple(self._rows[row]) for row in kept), strict=True)
        for name, column in zip(self._fields, values, strict=False):
            at, boolean = self._schema.places.get(name, (-1, None))
            if at >= 0 and boolean is None:
                filling.numbers(at, column, ())
            elif at >= 0:
                filling.categories(at, column)
        answers = [self._answers[row] for row in kept]
        for name in self._schema.predictions:
            self._predicted(name, [answer.get(name) for answer in answers], filling)
        return filling.done(self._topic, out)

    def _predicted(self, name: str, values: list[object], filling: Filling) -> None:
        at, boolean = self._schema.places.get(name, (-1, None))
        if at >= 0 and boolean is None:
            found = [number(value) for value in values]
            filling.numbers(
                at,
                [value if isinstance(value, float) else np.nan for value in found],
                [row for row, value in enumerate(found) if value is MISTYPED_VALUE],
            )
        elif at >= 0:
            filling.categories(at, [category(value, boolean=bool(boolean)) for value in values])
