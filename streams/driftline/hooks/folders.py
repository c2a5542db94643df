"""Folders that stand for those of Model Monitor's container, for scripts that open files by the container's own paths.

Only ``open`` is taught about them (and so ``pathlib``'s ``open``, ``read_text`` …), which is what scripts are seen to use to
write logs or read reports.  Everything else in a script sees the machine as it is.
"""

from __future__ import annotations

import builtins
import io
import os
from collections.abc import Mapping
from typing import Any

DISCARDED = os.devnull
"""Where a folder that nothing stands for ("") leads: scripts are seen to write a line of log a record there, for ever."""


def local_path(path: str, folders: Mapping[str, str]) -> str:
    """Where a path of the container lies here; another path as it is.

    >>> local_path("/opt/ml/processing/output/log.txt", {"/opt/ml/processing/output": "/tmp/out"})
    '/tmp/out/log.txt'
    >>> local_path("/opt/ml/processing/outputs", {"/opt/ml/processing/output": "/tmp/out"})
    '/opt/ml/processing/outputs'
    >>> local_path("/opt/ml/processing/output/log.txt", {"/opt/ml/processing/output": ""})
    '/dev/null'
    """
    for theirs, ours in sorted(folders.items(), reverse=True):
        if path == theirs or path.startswith(f"{theirs}/"):
            return ours + path[len(theirs) :] if ours else DISCARDED
    return path


def stand_in(folders: Mapping[str, str]) -> None:
    """From now on ``open`` goes to our folders for theirs, unless theirs are there."""
    mapped = {theirs: ours for theirs, ours in folders.items() if not os.path.isdir(theirs)}  # noqa: PTH112 - text of another file system
    if not mapped:
        return
    plain = io.open

    def opened(file: Any, mode: str = "r", *arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - open() takes and gives many things
        if isinstance(file, str | os.PathLike):
            path = os.fspath(file)
            file = local_path(path, mapped) if isinstance(path, str) else path
        if file == DISCARDED:
            mode = mode.replace("x", "w")  # it is there already
        return plain(file, mode, *arguments, **named)

    builtins.open = io.open = opened
