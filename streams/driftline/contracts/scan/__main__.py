"""``python -m driftline.contracts.scan``: compile the scanner for later starts, in an image or beside a worker that has begun."""

from __future__ import annotations

import fcntl
import os
import sys

from driftline.contracts.scan.folder import compiled_folder
from driftline.contracts.scan.ready import prepare

NICENESS = 10
"""Chosen, because whatever runs beside it matters more."""


def main() -> str | None:
    """Compile, unless it has been done: of several of these at a time, only by the first. What was wrong, None if nothing was."""
    folder = compiled_folder()
    if folder is None:
        return "no folder for machine code, set NUMBA_CACHE_DIR"
    os.nice(NICENESS)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return prepare() or None


if __name__ == "__main__":
    sys.exit(main())
