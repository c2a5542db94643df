"""Whether the compiled scanner is there. It is asked for once, at the start of a program that decodes much."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Sequence
from typing import Final, Protocol

from driftline.contracts.capture import Decoded, Limits
from driftline.contracts.scan.folder import has_code
from driftline.contracts.schema import Schema
from driftline.contracts.structs import RowStruct
from driftline.contracts.table import Table, Taken

LONGEST_PAUSE: Final = 64
"""Batches without an attempt after many failures. Chosen, because then a scan that is in vain costs under 1 %."""


class TableReader(Protocol):
    """What a scanner is to the decoder."""

    def read(self, values: Sequence[bytes], out: Decoded) -> tuple[Table, Taken]:
        """The table of the values that it takes, and which those are."""
        ...


class _Maker(Protocol):
    def __call__(self, struct: RowStruct, schema: Schema, limits: Limits) -> TableReader | None: ...


_MAKERS: list[_Maker] = []


def prepare() -> str:
    """Use the scanner from now on; the answer says why that is not possible, "" if it is.

    0.4 s if it has been compiled before (:func:`is_compiled`), else up to 20 s.
    """
    if _MAKERS:
        return ""
    if sys.byteorder != "little":
        return "the machine is big-endian"
    try:
        module = importlib.import_module("driftline.contracts.scan.scanner")
    except ModuleNotFoundError as error:
        return f"{error.name} is not installed (extra 'fast')"
    except Exception as error:  # noqa: BLE001 - a numba that does not fit this numpy or Python raises whatever it likes
        return f"{type(error).__name__}: {error}"
    module.warm_up()
    _MAKERS.append(module.scanner)
    return ""


def is_installed() -> bool:
    """Whether the extra is there."""
    return importlib.util.find_spec("numba") is not None


def is_compiled() -> bool:
    """Whether :func:`prepare` has only to load what was compiled before."""
    return is_installed() and has_code()


def retire() -> None:
    """Use the scanner no more."""
    _MAKERS.clear()


def is_ready() -> bool:
    """Whether :func:`scanner_of` makes scanners."""
    return bool(_MAKERS)


def scanner_of(struct: RowStruct, schema: Schema, limits: Limits) -> TableReader | None:
    """A scanner for a struct; None if none has been prepared, or if it cannot read such records."""
    return _MAKERS[0](struct, schema, limits) if _MAKERS else None


class Pause:
    """How long to do without a scan that has taken too few records: 1, 2, 4 ... batches."""

    def __init__(self) -> None:
        self._length = 0
        self._left = 0

    def is_over(self) -> bool:
        """Whether to try again; asked once a batch."""
        self._left -= 1
        return self._left < 0

    def note(self, good: bool) -> None:  # noqa: FBT001 - the one thing that there is to note
        """How an attempt went."""
        self._length = 0 if good else min(LONGEST_PAUSE, 2 * self._length or 1)
        self._left = self._length
