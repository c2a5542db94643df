"""Where the parts of a JSON text end. The text is valid UTF-8 and is followed by NULs, at which everything stops."""

from __future__ import annotations

from driftline.contracts.scan.chars import (
    CLOSE,
    CLOSE_LIST,
    COLON,
    COMMA,
    ESCAPE,
    LINE,
    MINUS,
    NINE,
    NOUGHT,
    OPEN,
    OPEN_LIST,
    QUOTE,
    RETURN,
    SPACE,
    TAB,
    A,
    E,
    F,
    L,
    N,
    R,
    S,
    T,
    U,
)
from driftline.contracts.scan.jit import compiled
from driftline.contracts.scan.numbers import number
from driftline.contracts.scan.slots import Bytes


@compiled
def blank(text: Bytes, p: int) -> int:
    """The first place from ``p`` on that is no white space."""
    while text[p] <= SPACE and (text[p] == SPACE or text[p] == LINE or text[p] == RETURN or text[p] == TAB):
        p += 1
    return p


@compiled
def plain_end(text: Bytes, p: int) -> int:
    """The place of the quote that ends the string whose first character is at ``p``; -1 if it has escapes or no end."""
    while True:
        c = text[p]
        if c == QUOTE:
            return p
        if c < SPACE or c == ESCAPE:
            return -1
        p += 1


@compiled
def is_at(text: Bytes, p: int, other: Bytes, start: int, end: int) -> bool:
    """Whether ``other[start:end]`` stands at ``p``."""
    for place in range(end - start):
        if text[p + place] != other[start + place]:
            return False
    return True


@compiled
def value_of(text: Bytes, p: int) -> int:
    """The place of the value after the colon that is to come next at ``p``; -1 without one."""
    p = blank(text, p)
    return blank(text, p + 1) if text[p] == COLON else -1


@compiled
def word_end(text: Bytes, p: int) -> int:
    """The place after the ``true``, ``false`` or ``null`` at ``p``, else -1."""
    c = text[p]
    if c == N and text[p + 1] == U and text[p + 2] == L and text[p + 3] == L:
        return p + 4
    if c == T and text[p + 1] == R and text[p + 2] == U and text[p + 3] == E:
        return p + 4
    if c == F and text[p + 1] == A and text[p + 2] == L and text[p + 3] == S and text[p + 4] == E:
        return p + 5
    return -1


@compiled
def scalar_end(text: Bytes, p: int) -> int:
    """The place after the single value at ``p``, -1 if it is none that is certain to be valid."""
    c = text[p]
    if c == QUOTE:
        end = plain_end(text, p + 1)
        return end + 1 if end >= 0 else -1
    if c == MINUS or NOUGHT <= c <= NINE:
        return number(text, p)[1]
    return word_end(text, p)


@compiled
def any_end(text: Bytes, p: int, stop: int) -> int:
    """The place after the value at ``p``, whatever it is, by its brackets and quotes alone; -1 if that is not before ``stop``."""
    depth, quoted = 0, False
    while p < stop:
        c = text[p]
        if quoted:
            if c == ESCAPE:
                p += 1
            quoted = c != QUOTE
        elif depth == 0 and (c in (COMMA, CLOSE) or c <= SPACE):
            return p
        elif c == QUOTE:
            quoted = True
        elif c in (OPEN, OPEN_LIST):
            depth += 1
        elif c in (CLOSE, CLOSE_LIST):
            depth -= 1
        p += 1
    return -1
