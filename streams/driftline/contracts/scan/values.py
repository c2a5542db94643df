"""A value of a record to the array that its slot writes to, if it is of the kind that the slot wants."""

from __future__ import annotations

from driftline.contracts.scan.chars import CLOSE, COMMA, MINUS, NINE, NOUGHT, QUOTE, SPACE, N, T
from driftline.contracts.scan.jit import compiled
from driftline.contracts.scan.numbers import number
from driftline.contracts.scan.slots import (
    EXTRA,
    FORBIDDEN,
    LITERAL,
    NUMBER,
    OTHER,
    PART,
    POSITIVE,
    STRING,
    TEXT,
    TRUTH,
    WHOLE,
    Bytes,
    Found,
    Slots,
)
from driftline.contracts.scan.tokens import any_end, is_at, plain_end, scalar_end, word_end
from driftline.stats.columns import MISSING, UNSEEN


@compiled
def put(text: Bytes, p: int, stop: int, slot: int, row: int, slots: Slots, found: Found) -> int:
    """The place after the value at ``p`` in a record that ends at ``stop``; -1 if it is not of the slot's kind."""
    kind, target = slots.kind[slot], slots.target[slot]
    if kind in (NUMBER, POSITIVE):
        return _number(text, p, kind == POSITIVE, target, row, found)
    if kind == TEXT:
        return _text(text, p, target, row, slots, found)
    if kind == PART:
        return _part(text, p, stop, target, row, found)
    if kind == TRUTH:
        return _truth(text, p, target, row, slots, found)
    if kind == LITERAL:
        return _literal(text, p, target, slots)
    if kind == EXTRA:
        found.extras[target, row] = True
    return -1 if kind == FORBIDDEN else scalar_end(text, p)


@compiled
def _number(text: Bytes, p: int, positive: bool, target: int, row: int, found: Found) -> int:
    if text[p] == N:
        return word_end(text, p)
    if positive and text[p] == MINUS:
        return -1
    value, end, _ = number(text, p)
    found.numbers[target, row] = value
    return end


@compiled
def _text(text: Bytes, p: int, column: int, row: int, slots: Slots, found: Found) -> int:
    if text[p] == N:
        return word_end(text, p)
    end = plain_end(text, p + 1) if text[p] == QUOTE else -1
    if end < 0:
        return -1
    code = _code(text, p + 1, end, column, slots)
    found.codes[column, row] = code
    if code == UNSEEN:
        found.cells[column, row, 0] = p + 1
        found.cells[column, row, 1] = end
    return end + 1


@compiled
def _code(text: Bytes, start: int, end: int, column: int, slots: Slots) -> int:
    """The code of a text in the book of a column: open addressing, never full."""
    first = slots.book_at[column]
    size = slots.book_at[column + 1] - first
    place = hash_of(text, start, end) & (size - 1)
    while slots.book[first + place, 0] >= 0:
        known = slots.book[first + place, 0]
        begin, stop = slots.known_at[known], slots.known_at[known + 1]
        if stop - begin == end - start and is_at(text, start, slots.known, begin, stop):
            return int(slots.book[first + place, 1])
        place = (place + 1) & (size - 1)
    return UNSEEN


@compiled
def hash_of(text: Bytes, start: int, end: int) -> int:
    """FNV-1a in 32 bits (Fowler, Noll, Vo)."""
    value = 2166136261
    for place in range(start, end):
        value = ((value ^ text[place]) * 16777619) & 0xFFFFFFFF
    return value


@compiled
def _truth(text: Bytes, p: int, column: int, row: int, slots: Slots, found: Found) -> int:
    end = word_end(text, p)
    if end < 0:
        return -1
    code = MISSING if text[p] == N else slots.truths[column, 1 if text[p] == T else 0]
    found.codes[column, row] = code
    if code == UNSEEN:
        found.cells[column, row, 0] = p
        found.cells[column, row, 1] = end
    return end


@compiled
def _literal(text: Bytes, p: int, target: int, slots: Slots) -> int:
    """The place after one of the spellings that a label may have."""
    for form in range(slots.form_of[target], slots.form_of[target + 1]):
        start, stop = slots.form_at[form], slots.form_at[form + 1]
        end = p + int(stop - start)
        if is_at(text, p, slots.forms, start, stop) and (
            text[end] == COMMA or text[end] == CLOSE or text[end] <= SPACE
        ):
            return end
    return -1


@compiled
def _part(text: Bytes, p: int, stop: int, target: int, row: int, found: Found) -> int:
    """The place after a part of the envelope, whose place and kind are noted."""
    tag, start, end, after = OTHER, p, p, -1
    if text[p] == QUOTE:
        end = plain_end(text, p + 1)
        if end >= 0:
            tag, start, after = STRING, p + 1, end + 1
    elif NOUGHT <= text[p] <= NINE:
        value, end, whole = number(text, p)
        if whole:
            tag, after = WHOLE, end
            found.wholes[target, row] = int(value)
    if tag == OTHER:
        end = after = any_end(text, p, stop)
    found.tags[target, row] = tag
    found.spans[target, row, 0] = start
    found.spans[target, row, 1] = end
    return after
