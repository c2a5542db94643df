"""A bound on the memory of this process, where the system has one."""

from __future__ import annotations

import sys


def bound_memory(most: int) -> None:
    """Let this process have ``most`` bytes of data at most (0: any); beyond that Python raises MemoryError.

    Linux counts private writable memory against RLIMIT_DATA since 4.7 (getrlimit(2)); elsewhere nothing is bounded.
    """
    if most <= 0 or not sys.platform.startswith("linux"):
        return
    import resource  # noqa: PLC0415 - not every system has it

    resource.setrlimit(resource.RLIMIT_DATA, (most, most))
