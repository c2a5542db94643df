"""Arguments of the SDK that mean nothing here: accepted, and said to be ignored."""

from __future__ import annotations

import functools
import inspect
import logging
from collections.abc import Callable
from typing import Final, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

LOGGER: Final = logging.getLogger("driftline.sagemaker")


def ignoring(*names: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """A function that warns of those of its arguments that were given and are ignored, in one line, by name.

    >>> @ignoring("role")
    ... def make(name, role=None): return name
    >>> make("m", role="r")
    'm'
    """

    def wrap(function: Callable[P, T]) -> Callable[P, T]:
        signature = inspect.signature(function)

        @functools.wraps(function)
        def called(*args: P.args, **kwargs: P.kwargs) -> T:
            bound = signature.bind(*args, **kwargs).arguments
            given = [name for name in names if bound.get(name) is not None]
            if given:
                who = type(args[0]).__name__ if function.__name__ == "__init__" else function.__qualname__
                LOGGER.warning("%s ignores %s: nothing here runs on AWS", who, ", ".join(given))
            return function(*args, **kwargs)

        return called

    return wrap
