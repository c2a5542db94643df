"""One row as a format reads it, before it is put into columns; and a row that cannot be used."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from driftline.contracts.capture import CaptureTopic, Headers
from driftline.contracts.schema import Schema
from driftline.errors import ContractError

Lookup = Callable[[str, str], Schema | None]
"""The schema of a model and version, None when it has no baseline."""
ABSENT = object()
"""A prediction that was not there; null is one that was there and is missing."""


@dataclass(slots=True)
class Event:
    """A row with everything it carries. ``values`` are by column name, JSON values or, if ``text``, cells of a CSV line."""

    offset: int
    index: int
    model: str
    version: str
    time_ms: int
    values: Mapping[str, object]
    prediction: object = ABSENT
    text: bool = False
    id: str | None = None
    latency: float = math.nan
    status: int = 0
    error: bool = False
    entity: str | None = None
    segment: dict[str, str] | None = None
    first: bool = True
    passed: tuple[str, ...] = ()
    """Unknown keys that were passed over."""
    width: int = -1
    """Columns that the row had as it came; -1: as many as there are values."""
    folded: bool = True
    """Whether the values can be told apart by column."""
    cells: Sequence[object] = ()
    """The row's values in the order of the baseline, if they came by place."""
    stranger: str = ""
    """A name of a row that has no name of the baseline, and was taken by place."""


@dataclass(slots=True)
class BadRow:
    """A row of a record that cannot be used."""

    index: int
    error: ContractError


@dataclass(slots=True)
class RecordContext:
    """What a format may know besides the document: where the record lies, its topic, its Kafka timestamp and headers.

    ``index`` is the number of rows already seen of this record: rows of one record are numbered through. ``nonstandard`` is
    set by a format that found JSON of Python's kind inside the record.
    """

    topic: CaptureTopic
    lookup: Lookup
    count: Callable[[str], None]
    offset: int
    timestamp: int = -1
    headers: Headers = ()
    index: int = 0
    nonstandard: bool = False

    def next_index(self) -> int:
        """The number of the next row."""
        self.index += 1
        return self.index - 1


def spread(prediction: object, columns: Sequence[str]) -> dict[str, object]:
    """A prediction by column name. ``columns`` are the baseline's prediction columns, none if it has no baseline.

    A single value belongs to the only prediction column, else to "prediction"; a vector to "prediction[0]" …; a map's entries
    to the column of their own name, else to "prediction.<key>".

    >>> spread(0.3, ("score",)), spread([1, 2], ()), spread({"a": 1}, ())
    ({'score': 0.3}, {'prediction[0]': 1, 'prediction[1]': 2}, {'prediction.a': 1})
    """
    if prediction is ABSENT or (prediction is None and columns):
        return {}
    if isinstance(prediction, Mapping):
        return {key if key in columns else f"prediction.{key}": value for key, value in prediction.items()}
    single = single_prediction(columns)
    if isinstance(prediction, list) and single is None:
        return {f"prediction[{place}]": value for place, value in enumerate(prediction)}
    return {single or "prediction": prediction}


def single_prediction(columns: Sequence[str]) -> str | None:
    """The column that a single value is for, whatever its name; None if there are several, or a part of a vector or map."""
    if len(columns) != 1 or columns[0].startswith(("prediction[", "prediction.")):
        return None
    return columns[0]
