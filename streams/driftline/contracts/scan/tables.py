"""The scanner's tables for one model and version, from the fields of the typed decoder's struct."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate, count
from typing import Any, Final, get_args

import msgspec
import numpy as np
from msgspec import UnsetType

from driftline.contracts.capture import Limits
from driftline.contracts.scan import slots as kinds
from driftline.contracts.scan.slots import NO_ROW, Bytes, Longs, Slots, Words
from driftline.contracts.schema import Codebook, Schema
from driftline.contracts.structs import RowStruct, StructField, is_plain
from driftline.stats.columns import UNSEEN

_WORD: Final = 8
_FIXED: Final = {
    "features": kinds.OBJECT,
    "mark": kinds.FORBIDDEN,
    "model": kinds.LITERAL,
    "version": kinds.LITERAL,
    "latency0": kinds.POSITIVE,
}
_BY_LETTER: Final = {
    "n": kinds.NUMBER,
    "c": kinds.TEXT,
    "o": kinds.SCALAR,
    "a": kinds.SCALAR,
    "x": kinds.EXTRA,
    "s": kinds.PART,
}
Strings = list[bytes]


@dataclass(frozen=True)
class PartRule:
    """How a part of the envelope is read: strings of so many bytes and whole numbers as they are, the rest by ``decode``."""

    name: str
    default: object
    decode: Callable[[bytes], Any]
    shortest: int
    longest: int
    whole: bool


@dataclass(frozen=True)
class Tables:
    """``parts`` and ``extras`` name the rows of the arrays of the same name in ``Found``; ``room`` is what lies behind a text."""

    slots: Slots
    parts: tuple[PartRule, ...]
    extras: tuple[str, ...]
    room: int


def tables_of(struct: RowStruct, schema: Schema, limits: Limits, *, spaced: bool) -> Tables | None:
    """None if a name cannot be looked for byte by byte, or if a vector or map holds predicted categories. 1 ms."""
    fields = [*struct.outer, *struct.inner]
    forms = [_forms(field) for field in fields if field.name in {"model", "version"}]
    books = [*schema.codebooks, _single_book(struct, schema)]
    texts = [field.key for field in fields] + [name for book in books for name in book if isinstance(name, str)]
    spread = struct.prediction in {"vector", "map"} and not schema.category_at.keys().isdisjoint(schema.predictions)
    if spread or not all(is_plain(text) or not text for text in texts) or not all(forms):
        return None
    found = [_kind(field, struct, schema) for field in fields]
    parts = [field for field, kind in zip(fields, found, strict=True) if kind == kinds.PART]
    extras = [field.key for field, kind in zip(fields, found, strict=True) if kind == kinds.EXTRA]
    keys = [field.key.encode() + b'"' for field in fields]
    chunks = [(b', "%b: ' if spaced else b',"%b:') % key for key in keys]
    words = [[chunk[at : at + _WORD] for at in range(0, len(chunk), _WORD)] for chunk in chunks]
    known, known_at, book, book_at, truths = _books(books)
    slots = Slots(
        _words([word.ljust(_WORD, b"\0") for key in words for word in key]),
        _words([(b"\xff" * len(word)).ljust(_WORD, b"\0") for key in words for word in key]),
        _starts(words),
        _longs(map(len, chunks)),
        *_strings(keys),
        _longs([0] * len(struct.outer) + [1] * len(struct.inner)),
        _longs(found),
        _longs(_targets(fields, found, schema)),
        np.zeros(len(fields) + 2, dtype=np.int64),
        np.full(len(fields), NO_ROW, dtype=np.int64),
        _longs(place for place, field in enumerate(fields) if field.default is Ellipsis),
        *_strings([form for label in forms for form in label]),
        _starts(forms),
        known,
        known_at,
        book,
        book_at,
        truths,
        struct.cells is not None,
    )
    longest = max(map(len, [*keys, *(form for label in forms for form in label)]))
    return Tables(slots, tuple(_rule(field, limits) for field in parts), tuple(extras), longest + 2 * _WORD)


def _kind(field: StructField, struct: RowStruct, schema: Schema) -> int:
    """The kind of slot that a field becomes."""
    if field.name in _FIXED:
        return _FIXED[field.name]
    if field.name == "prediction0":
        return _prediction_kind(struct, schema)
    if not field.name[1:].isdigit():
        return kinds.PART
    truth = field.name[0] == "c" and schema.is_boolean(field.key)
    return kinds.TRUTH if truth else _BY_LETTER[field.name[0]]


def _prediction_kind(struct: RowStruct, schema: Schema) -> int:
    if struct.prediction in {"vector", "map"}:
        return kinds.PART
    single = struct.predictions[0] if struct.prediction == "single" else ""
    if single in schema.numeric_at:
        return kinds.NUMBER
    if single in schema.category_at:
        return kinds.TRUTH if schema.is_boolean(single) else kinds.TEXT
    return kinds.SCALAR


def _targets(fields: Sequence[StructField], found: Sequence[int], schema: Schema) -> list[int]:
    """Columns have the place that the layout gives them, the latency and a single prediction those behind; others are counted."""
    counters: dict[int, count[int]] = defaultdict(count)
    behind = {
        ("latency0", kinds.POSITIVE): len(schema.layout.numeric),
        ("prediction0", kinds.NUMBER): len(schema.layout.numeric) + 1,
        ("prediction0", kinds.TEXT): len(schema.layout.categorical),
        ("prediction0", kinds.TRUTH): len(schema.layout.categorical),
    }
    targets = []
    for field, kind in zip(fields, found, strict=True):
        if (field.name, kind) in behind:
            targets.append(behind[field.name, kind])
        elif kind in {kinds.NUMBER, kinds.TEXT, kinds.TRUTH}:
            targets.append(int(field.name[1:]))
        else:
            targets.append(next(counters[kind]))
    return targets


def _forms(label: StructField) -> Strings:
    """How a label may be spelt in a record; none if it cannot be compared byte by byte."""
    spellings = [spelling for part in (get_args(label.type) or ()) for spelling in (get_args(part) or (part,))]
    forms = []
    for spelling in spellings:
        if isinstance(spelling, str):
            if spelling and not is_plain(spelling):
                return []
            forms.append(b'"' + spelling.encode() + b'"')
        else:
            forms.append(str(spelling).encode() if isinstance(spelling, int) else b"null")
    return forms


def _single_book(struct: RowStruct, schema: Schema) -> Codebook:
    single = struct.predictions[0] if struct.prediction == "single" else ""
    return schema.codebooks[schema.category_at[single]] if single in schema.category_at else Codebook({}, boolean=False)


def _books(books: Sequence[Codebook]) -> tuple[Bytes, Longs, Longs, Longs, Longs]:
    """Known categories and where they begin; the hash tables and where they begin; codes of false and true."""
    known: Strings = []
    tables = []
    for book in books:
        codes = {text.encode(): code for text, code in book.items() if isinstance(text, str)}
        size = 1 << (2 * len(codes)).bit_length()
        table = np.full((size, 2), -1, dtype=np.int64)
        for text, code in codes.items():
            place = _hash(text) % size
            while table[place, 0] >= 0:
                place = (place + 1) % size
            table[place] = len(known), code
            known.append(text)
        tables.append(table)
    truths = np.array([[book.get(truth, UNSEEN) for truth in (False, True)] for book in books], dtype=np.int64)
    return (*_strings(known), np.concatenate(tables), _starts(tables), truths)


def _hash(text: bytes) -> int:
    value = 2166136261
    for byte in text:
        value = ((value ^ byte) * 16777619) & 0xFFFFFFFF
    return value


def _rule(field: StructField, limits: Limits) -> PartRule:
    name = field.name.rstrip("0123456789")
    kind = field.type if UnsetType not in get_args(field.type) else int | float | str
    shortest, longest = {"id": (1, limits.id), "s": (0, limits.label)}.get(name, (0, 1 << 40))
    if name in {"segment", "prediction"}:
        longest = -1
    whole = name in {"time", "id", "status", "entity"}
    return PartRule(field.name, field.default, msgspec.json.Decoder(kind).decode, shortest, longest, whole)


def _words(parts: Strings) -> Words:
    return np.array([int.from_bytes(part, "little") for part in parts], dtype=np.uint64)


def _strings(parts: Strings) -> tuple[Bytes, Longs]:
    return np.array(list(b"".join(parts)), dtype=np.uint8), _starts(parts)


def _starts(parts: Sequence[Any]) -> Longs:
    """Where each part begins when they are put one behind the other, and where the last one ends."""
    return _longs(accumulate(map(len, parts), initial=0))


def _longs(values: Any) -> Longs:  # noqa: ANN401 - any iterable of whole numbers
    return np.array(list(values), dtype=np.int64)
