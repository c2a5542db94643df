"""Run a command that dies with its parent: ``python -m driftline.demo.tether PARENT COMMAND …``.

The kernel sends the signal (Linux: ``PR_SET_PDEATHSIG``, which survives ``exec``), so that not even ``kill -9`` of the
parent leaves an orphan behind. Elsewhere the command just runs.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from typing import Final

PR_SET_PDEATHSIG: Final = 1


def main(arguments: list[str]) -> None:
    """Tie this process to the process ``arguments[0]`` and become the command that follows."""
    parent, command = int(arguments[0]), arguments[1:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before the line above
            sys.exit(1)
    os.execv(command[0], command)  # noqa: S606 - no shell is the point


if __name__ == "__main__":
    main(sys.argv[1:])
