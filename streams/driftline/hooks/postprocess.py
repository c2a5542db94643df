"""``postprocess_handler()`` after a run: once, in a process of its own, with Model Monitor's variables and folders."""

from __future__ import annotations

from pathlib import Path

from driftline.hooks.contract import RunContract, standing_folders
from driftline.hooks.process import HookDiedError, Script, ScriptProcess
from driftline.hooks.script import POSTPROCESS
from driftline.hooks.wire import REFUSED


def run_postprocess(script: Path, contract: RunContract, *, seconds: float, memory: int = 0) -> None:
    """Run a script over the reports in ``contract.output``. Blocks.

    ``seconds`` is its time limit, ``memory`` the bytes it may take (0: any). Raises HookDiedError, with the traceback, when it
    cannot be loaded, fails, dies or takes too long.
    """
    folders = standing_folders(contract.output)
    process = ScriptProcess(Script(script, POSTPROCESS, seconds, memory, contract.environment(), folders))
    try:
        answer = process.once()
    finally:
        process.stop()
    if answer.kind == REFUSED:
        raise HookDiedError(f"{script.name}: {answer.error}", answer.trace)


def check_postprocess(script: Path, *, memory: int = 0) -> None:
    """Load a script without running its handler. Raises HookDiedError when that cannot be done."""
    process = ScriptProcess(Script(script, POSTPROCESS, memory=memory))
    try:
        process.start()
    finally:
        process.stop()
