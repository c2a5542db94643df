"""Where machine code is kept from one start to the next."""

from __future__ import annotations

import hashlib
import os
from functools import cache
from pathlib import Path


@cache
def compiled_folder() -> Path | None:
    """A folder for the machine code of this very source text, under NUMBA_CACHE_DIR or beside the source; None without one.

    numba itself looks only at the file of the outermost function to see whether the source has changed.
    """
    here = Path(__file__).parent
    digest = hashlib.sha256()
    for path in sorted(here.glob("*.py")):
        digest.update(path.read_bytes())
    named = os.environ.get("NUMBA_CACHE_DIR")
    folder = (Path(named) if named else here / "__pycache__") / f"scan-{digest.hexdigest()[:16]}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return folder if os.access(folder, os.W_OK) else None


def has_code() -> bool:
    """Whether something has been compiled before."""
    folder = compiled_folder()
    return folder is not None and any(folder.rglob("*.nbc"))
