"""A script of Model Monitor's kind, loaded from its file: within a process of its own, never in a worker."""

from __future__ import annotations

import importlib.util
import inspect
import logging
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

PREPROCESS = "preprocess_handler"
POSTPROCESS = "postprocess_handler"

_HINT = {PREPROCESS: "def preprocess_handler(inference_record): …", POSTPROCESS: "def postprocess_handler(): …"}


class ScriptError(Exception):
    """A script cannot be used; one line that says what was expected and what came."""


def load_handler(path: Path, name: str, logger: logging.Logger) -> Callable[..., Any]:
    """The handler of a script, to be called with what Model Monitor gives it: a logger goes along if it takes one.

    Raises ScriptError when there is no such handler, and whatever the script raises while it is loaded.
    """
    handler = getattr(_module(path), name, None)
    if not callable(handler):
        raise ScriptError(
            f"must define {_HINT[name]}; it has {'no such name' if handler is None else repr(handler)[:80]}"
        )
    if name == POSTPROCESS:
        return handler  # type: ignore[no-any-return] # callable() was asked
    if not _takes(handler, 2):
        if not _takes(handler, 1):
            raise ScriptError("preprocess_handler must take (inference_record) or (inference_record, logger)")
        return handler  # type: ignore[no-any-return] # as above
    return lambda record: handler(record, logger)


def _module(path: Path) -> ModuleType:
    """The script as a module; its folder is searched for what it imports, as of a program."""
    if not path.is_file():
        raise ScriptError("must be a file; there is none")
    spec = importlib.util.spec_from_file_location("driftline_hook", path)
    if spec is None or spec.loader is None:
        raise ScriptError("must be a Python file, NAME.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    sys.path.insert(0, str(path.resolve().parent))
    spec.loader.exec_module(module)
    return module


def _takes(handler: Callable[..., Any], count: int) -> bool:
    """Whether a handler can be called with so many arguments by place."""
    try:
        inspect.signature(handler).bind(*range(count))
    except TypeError:
        return False
    return True
