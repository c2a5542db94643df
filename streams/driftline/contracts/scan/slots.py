"""What the scanner is told and what it tells: tuples of arrays, as numba takes them."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Words = NDArray[np.uint64]
Longs = NDArray[np.int64]

OBJECT, NUMBER, POSITIVE, TEXT, TRUTH, LITERAL, PART, SCALAR, EXTRA, FORBIDDEN = range(10)
"""Kinds of slot: the features; a number column; a number of at least 0; texts and truths by code; one of some spellings; a part
of the envelope, kept as it stands; a single value that is passed over; an extra column; a key that must not be there.
"""
ABSENT, STRING, WHOLE, OTHER = range(4)
"""What was found in a part: nothing, a string without escapes (the span is between its quotes), a whole number, else."""
NO_ROW: Final = -1


class Text(NamedTuple):
    """A buffer of records, as bytes and as the eight bytes from each place on; ``starts`` has one more entry than records.

    Behind the last record are NULs, more than any key, spelling or word is long.
    """

    bytes: Bytes
    words: Words
    starts: Longs


class Slots(NamedTuple):
    """What may stand in a record. ``target`` is the place of a slot among those that write to the same array.

    ``words``, ``masks``    comma, key and colon as they are usually spaced, in words; ``word_at`` where each
                            begins, ``size`` in bytes
    ``keys``                keys with the quote behind them; ``key_at`` where each begins
    ``level``               0 in the record itself, 1 among the features
    ``follow``              the slot that came after each slot the last time, then the first of either level; written to
    ``seen``                the last row that each slot was in; written to
    ``required``            slots that must be there
    ``forms``               spellings; ``form_at`` where each begins, ``form_of`` the first of each literal
    ``known``               categories; ``known_at`` where each begins; ``book`` (category, code) by hash, of size a power of 2
                            per column, ``book_at`` where it begins; ``truths`` codes of false and true
    ``open``                whether unknown keys of the record are passed over
    """

    words: Words
    masks: Words
    word_at: Longs
    size: Longs
    keys: Bytes
    key_at: Longs
    level: Longs
    kind: Longs
    target: Longs
    follow: Longs
    seen: Longs
    required: Longs
    forms: Bytes
    form_at: Longs
    form_of: Longs
    known: Bytes
    known_at: Longs
    book: Longs
    book_at: Longs
    truths: Longs
    open: bool


class Found(NamedTuple):
    """Where the values of n rows go; ``taken`` says which rows are there at all.

    ``numbers`` (K + 2, n): the number columns, the latency, a single prediction; NaN for none. ``codes`` (C, n) and ``cells``
    (C, n, 2), the place of every unseen category. ``tags``, ``wholes`` (P, n) and ``spans`` (P, n, 2): parts of the envelope.
    ``extras`` (E, n): whether an extra column was there.
    """

    taken: NDArray[np.bool_]
    numbers: NDArray[np.float64]
    codes: NDArray[np.int32]
    cells: Longs
    tags: Bytes
    wholes: Longs
    spans: Longs
    extras: NDArray[np.bool_]
