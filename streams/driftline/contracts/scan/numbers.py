"""JSON numbers to float64, correctly rounded, or not at all."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from driftline.contracts.scan.chars import BIG_E, LINE, MINUS, NINE, NOUGHT, PLUS, POINT, E
from driftline.contracts.scan.jit import compiled
from driftline.contracts.scan.slots import Bytes

MOST_DIGITS: Final = 19
"""Digits that always fit 64 bits without a sign."""
MOST_POWER: Final = 80
"""Powers of ten beyond which the typed decoder reads the number. Chosen, because features hardly ever lie beyond."""
_EXACT_POWER: Final = 22
"""10**22 is the last power of ten that float64 holds exactly."""
_EXACT: Final = np.uint64(1 << 53)
_POWERS: Final = 10.0 ** np.arange(_EXACT_POWER + 1)
_ZERO, _ONE, _THREE, _TEN = np.uint64(0), np.uint64(1), np.uint64(3), np.uint64(10)
_HALF, _LOW, _ALL = np.uint64(32), np.uint64(2**32 - 1), np.uint64(2**64 - 1)
_SIGN: Final = np.uint64(63)
_SPARE: Final = np.uint64(9)
"""Bits of the high word that a float64 and two bits for rounding leave over."""
_UNSURE: Final = np.uint64((1 << 9) - 1)


def _fives() -> NDArray[np.uint64]:
    """5**q for |q| <= MOST_POWER in 128 bits of which the first is set, high word first (Lemire 2021, appendix B)."""
    words = []
    for power in range(-MOST_POWER, MOST_POWER + 1):
        five = 5 ** abs(power)
        if power >= 0:
            value = five << 128
        else:
            bits = five.bit_length()
            value = (1 << (bits + 127 if power >= -27 else 2 * bits + 128)) // five + 1  # noqa: PLR2004 - as there
        value >>= value.bit_length() - 128
        words.append((value >> 64, value & (2**64 - 1)))
    return np.array(words, dtype=np.uint64)


_FIVES: Final = _fives()


@compiled
def number(text: Bytes, p: int) -> tuple[float, int, bool]:
    """The number that starts at ``p``, the place after it (-1: none, or not for here), and whether it is a whole one."""
    negative = text[p] == MINUS
    if negative:
        p += 1
    first = p
    mantissa, digits, p = _digits(text, p, _ZERO, 0)
    if p == first or (text[first] == NOUGHT and p > first + 1):
        return 0.0, -1, False
    power, whole = 0, True
    if text[p] == POINT:
        whole, point = False, p + 1
        mantissa, digits, p = _digits(text, point, mantissa, digits)
        power = point - p
        if power == 0:
            return 0.0, -1, False
    if text[p] in (BIG_E, E):
        whole = False
        more, p = _exponent(text, p + 1)
        power += more
    if p < 0 or digits > MOST_DIGITS or (whole and (mantissa > _EXACT or (negative and mantissa == _ZERO))):
        return 0.0, -1, False
    value = _rounded(mantissa, power)
    return (-value if negative else value), (p if value >= 0.0 else -1), whole


@compiled
def _digits(text: Bytes, p: int, mantissa: np.uint64, digits: int) -> tuple[np.uint64, int, int]:
    """The mantissa, its number of digits from the first on that is not nought, and the place after the digits at ``p``."""
    while NOUGHT <= text[p] <= NINE:
        mantissa = mantissa * _TEN + np.uint64(text[p] - NOUGHT)
        digits += digits > 0 or mantissa != _ZERO  # of too many digits the mantissa may come round to nought
        p += 1
    return mantissa, digits, p


@compiled
def _exponent(text: Bytes, p: int) -> tuple[int, int]:
    """The exponent that starts at ``p`` and the place after it, -1 if it is none or has more than four digits."""
    negative = text[p] == MINUS
    if negative or text[p] == PLUS:
        p += 1
    first, value = p, 0
    while NOUGHT <= text[p] <= NINE and p < first + 5:
        value = value * LINE + text[p] - NOUGHT
        p += 1
    if not first < p <= first + 4:
        return 0, -1
    return (-value if negative else value), p


@compiled
def _rounded(mantissa: np.uint64, power: int) -> float:
    """The nearest float64 to mantissa * 10**power; -1.0 if that cannot be told here."""
    if mantissa <= _EXACT and -_EXACT_POWER <= power <= _EXACT_POWER:
        scale = float(_POWERS[abs(power)])
        return float(mantissa) / scale if power < 0 else float(mantissa) * scale
    if mantissa == _ZERO or power < -MOST_POWER or power > MOST_POWER:
        return -1.0
    return nearest(mantissa, power)


@compiled
def nearest(mantissa: np.uint64, power: int) -> float:
    """The nearest float64 to mantissa * 10**power, ties to even, for ``mantissa`` > 0; -1.0 if that cannot be told.

    Source: D. Lemire 2021, "Number parsing at a gigabyte per second", algorithm 1.
    """
    zeros = 0
    while mantissa >> _SIGN == _ZERO:
        mantissa <<= _ONE
        zeros += 1
    high, low = _product(mantissa, _FIVES[power + MOST_POWER, 0])
    if high & _UNSURE == _UNSURE:
        more, _ = _product(mantissa, _FIVES[power + MOST_POWER, 1])
        low += more
        if more > low:
            high += _ONE
    if low == _ALL:
        return -1.0
    shift = (high >> _SIGN) + _SPARE
    bits = high >> shift
    if low <= _ONE and -4 <= power <= 23 and bits & _THREE == _ONE and bits << shift == high:  # noqa: PLR2004 - as there
        bits -= _ONE  # halfway between two floats, of which this one is even
    bits = (bits + (bits & _ONE)) >> _ONE
    exponent = ((217706 * power) >> 16) + 54 + int(shift) - zeros
    return math.ldexp(float(bits), exponent - 52)


@compiled
def _product(a: np.uint64, b: np.uint64) -> tuple[np.uint64, np.uint64]:
    """The 128 bits of a * b, high word first."""
    a_high, a_low, b_high, b_low = a >> _HALF, a & _LOW, b >> _HALF, b & _LOW
    low = a_low * b_low
    middle = a_high * b_low + (low >> _HALF)
    other = a_low * b_high + (middle & _LOW)
    return a_high * b_high + (middle >> _HALF) + (other >> _HALF), a * b
