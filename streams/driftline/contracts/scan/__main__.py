"""``python -m driftline.contracts.scan``: compile the scanner for later starts, in an image or beside a worker that has begun."""

from __future__ import annotations

import os
import sys

from driftline.contracts.scan.folder import compiled_folder
from driftline.contracts.scan.ready import prepare

NICENESS = 10
"""Chosen, because whatever runs beside it matters more."""

if __name__ == "__main__":
    os.nice(NICENESS)
    if compiled_folder() is None:
        sys.exit("no folder for machine code, set NUMBA_CACHE_DIR")
    sys.exit(prepare() or None)
