"""The arithmetic of HyperLogLog: from values to registers, and from registers to an estimate."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from driftline.stats.hashing import Hashes, mix

#: Registers of a sketch (m). Chosen, because 256 bytes give an error of 6.5 %, and "hundreds or millions" is the question.
REGISTERS: Final = 256
_INDEX_SHIFT: Final = np.uint64(56)
_REST: Final = np.uint64((1 << 52) - 1)
#: The bits of 1.0, and the lowest bit, so that the rest is never nought.
_ONE: Final = np.uint64((0x3FF << 52) | 1)
_MANTISSA: Final = np.uint64(52)
_BIAS: Final = np.uint64(1023)
#: Flajolet et al. 2007, figure 3: alpha_m for m >= 128, and the end of the range of linear counting.
_ALPHA: Final = 0.7213 / (1.0 + 1.079 / REGISTERS)
_SMALL: Final = 2.5 * REGISTERS

Registers = NDArray[np.uint8]


def places_and_ranks(bits: Hashes, spare: Hashes) -> tuple[NDArray[np.int64], Registers]:
    """The register of each value (0 .. 255) and the rank it offers it (1 .. 53); overwrites both arrays. 3 ns a value.

    The first 8 bits of the hash choose the register. The rank is the position of the first 1 among the last 52: these are
    made the mantissa of a float in [1, 2), and the exponent of that float less 1 says where the first 1 stands.
    """
    mix(bits, spare)
    places = np.right_shift(bits, _INDEX_SHIFT, out=spare).view(np.int64)
    np.bitwise_and(bits, _REST, out=bits)
    np.bitwise_or(bits, _ONE, out=bits)
    rest = bits.view(np.float64)
    np.subtract(rest, 1.0, out=rest)
    np.right_shift(bits, _MANTISSA, out=bits)
    np.subtract(_BIAS, bits, out=bits)
    return places, bits.astype(np.uint8)


def estimate(registers: Registers) -> float:
    """Number of different values behind one row of 256 registers; 0.0 when all are empty.

    E = alpha m**2 / sum(2**-register); below 2.5 m, while any register is empty, linear counting m ln(m / empty).
    Source: Flajolet, Fusy, Gandouet, Meunier 2007, figure 3. The correction for 32-bit hashes is not needed with 60 bits.
    """
    raw = _ALPHA * REGISTERS**2 / float(np.ldexp(1.0, -registers.astype(np.int64)).sum())
    empty = REGISTERS - int(np.count_nonzero(registers))
    if raw <= _SMALL and empty:
        return REGISTERS * math.log(REGISTERS / empty)
    return raw
