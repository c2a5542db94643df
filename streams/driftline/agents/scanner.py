"""The compiled scanner of JSON captures, for a worker that must not wait for a compiler."""

from __future__ import annotations

import asyncio
import logging
import sys

from driftline.agents.background import in_background
from driftline.contracts.scan import ready

LOG = logging.getLogger("driftline.worker")


async def prepare_scanner() -> None:
    """Load the scanner if it has been compiled before; else have it compiled first, beside the worker in a process of its own.

    Until then, and where the extra is not installed, captures are decoded without it: to the same, but slower.
    Cancelling ends the compiler.
    """
    if not ready.is_installed():
        return
    if not ready.is_compiled():
        LOG.info("compiling the scanner of captures, once; it is used as soon as it is done")
        problem = await _compile()
        if problem:
            LOG.warning("captures are decoded without the compiled scanner: %s", problem)
            return
        problem = await in_background(ready.prepare)
    else:
        problem = ready.prepare()  # at once: before the first capture is read
    if problem:
        LOG.warning("captures are decoded without the compiled scanner: %s", problem)
    else:
        LOG.info("captures are decoded with the compiled scanner")


async def _compile() -> str:
    """Compile in another process; what was wrong, "" if nothing was."""
    command = (sys.executable, "-m", "driftline.contracts.scan")
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
    try:
        _, said = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()  # so that nothing of it is left open
    return "" if ready.is_compiled() else said.decode(errors="replace").strip() or "nothing was compiled"
