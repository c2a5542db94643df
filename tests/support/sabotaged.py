"""`driftline worker` with something wrong in it: `python sabotaged.py FAULT[,FAULT…] worker …`.

A FAULT is `fail:MODULE:NAME` (a function or method, as NAME.METHOD, that raises), `hang:MODULE:NAME` (that never returns),
`slow=SECONDS:MODULE:NAME` (that waits before it does its work) or `set=NUMBER:MODULE:NAME` (another constant). They are in
place before the worker is made; everything else is the real thing.
"""

from __future__ import annotations

import functools
import importlib
import sys
import time
from collections.abc import Callable
from typing import Any, NoReturn

from driftline.cli.main import main

MESSAGE = "injected\nfault"


def fail(_was: object, _: str) -> Callable[..., NoReturn]:
    def fault(*_: object, **__: object) -> NoReturn:
        raise ValueError(MESSAGE)

    return fault


def hang(_was: object, _: str) -> Callable[..., None]:
    return lambda *_, **__: time.sleep(3600)


def slow(was: Any, seconds: str) -> Callable[..., object]:  # noqa: ANN401 - any function
    @functools.wraps(was)
    def slowed(*arguments: object, **named: object) -> object:
        time.sleep(float(seconds))
        return was(*arguments, **named)

    return slowed


def change(_was: object, number: str) -> float:
    return float(number)


FAULTS = {"fail": fail, "hang": hang, "slow": slow, "set": change}


def sabotage(fault: str) -> None:
    """Put one fault in its place, which has to exist."""
    how, module, path = fault.split(":")
    kind, _, argument = how.partition("=")
    *owners, name = path.split(".")
    owner = importlib.import_module(module)
    for one in owners:
        owner = getattr(owner, one)
    setattr(owner, name, FAULTS[kind](getattr(owner, name), argument))


if __name__ == "__main__":
    for one in sys.argv.pop(1).split(","):
        sabotage(one)
    sys.argv[0] = "driftline"
    main()
