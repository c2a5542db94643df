"""`driftline worker` with something wrong in it: `python sabotaged.py FAULT[,FAULT…] worker …`.

A FAULT is one of these, where NAME is a function, or a method as CLASS.METHOD; it is in place before the worker is made, and
everything else is the real thing:

    fail:MODULE:NAME            it raises
    hang:MODULE:NAME            it never returns
    slow=SECONDS:MODULE:NAME    it waits before it does its work
    refuse=TIMES:MODULE:NAME    Kafka refuses it, at first
    set=NUMBER:MODULE:NAME      a constant is another
"""

from __future__ import annotations

import functools
import importlib
import sys
import time
from collections.abc import Callable
from typing import Any, NoReturn

from driftline.cli.main import main
from driftline.errors import BrokerError

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


def refuse(was: Any, times: str) -> Callable[..., object]:  # noqa: ANN401 - any function
    refusals = iter(range(int(times)))

    @functools.wraps(was)
    def refusing(*arguments: object, **named: object) -> object:
        if next(refusals, None) is not None:
            raise BrokerError("not now")
        return was(*arguments, **named)

    return refusing


def change(was: Any, number: str) -> object:  # noqa: ANN401 - a number of either kind
    return type(was)(number)


FAULTS = {"fail": fail, "hang": hang, "slow": slow, "refuse": refuse, "set": change}


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
