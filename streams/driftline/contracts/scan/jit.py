"""Compiling with numba, which is an extra: importing this module raises ImportError where it is not installed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar, cast

import numba

from driftline.contracts.scan.folder import compiled_folder

F = TypeVar("F", bound=Callable[..., object])

_CONFIG: Final[Any] = numba.config  # its names are made at run time
_FOLDER: Final = compiled_folder()
_OPTIONS: Final[dict[str, Any]] = {
    "nogil": True,
    "boundscheck": False,  # the caller keeps within its arrays
    "error_model": "numpy",
    "forceinline": True,  # twice as fast: what is handed from function to function stays in registers
    "_nrt": False,  # nothing is allocated, so nothing need be counted: another six times
}


def compiled(function: F) -> F:
    """The function in machine code, made at the first call, as a part of others."""
    return cast("F", numba.njit(**_OPTIONS)(function))


def kept(function: F) -> F:
    """The function in machine code, with all that it calls, kept in :func:`compiled_folder` if there is one."""
    before, _CONFIG.CACHE_DIR = _CONFIG.CACHE_DIR, str(_FOLDER or "")
    try:
        return cast("F", numba.njit(cache=_FOLDER is not None, **_OPTIONS)(function))
    finally:
        _CONFIG.CACHE_DIR = before
