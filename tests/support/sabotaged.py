"""`driftline worker` with one function that fails or hangs: `python sabotaged.py HOW:MODULE:NAME[.METHOD] worker …`.

HOW is `fail` or `hang`. The function is replaced before the worker is made; everything else is the real thing.
"""

from __future__ import annotations

import importlib
import sys
import time
from typing import NoReturn

from driftline.cli.main import main

MESSAGE = "injected\nfault"


def sabotage(target: str) -> None:
    """Let a function or method raise, or never return, whenever it is called."""
    how, module, path = target.split(":")
    *owners, name = path.split(".")
    owner = importlib.import_module(module)
    for one in owners:
        owner = getattr(owner, one)
    if not callable(getattr(owner, name)):
        raise TypeError(f"{target} must be a function")

    def fault(*_: object, **__: object) -> NoReturn:
        raise ValueError(MESSAGE)

    def hang(*_: object, **__: object) -> None:
        time.sleep(3600)

    setattr(owner, name, {"fail": fault, "hang": hang}[how])


if __name__ == "__main__":
    sabotage(sys.argv.pop(1))
    sys.argv[0] = "driftline"
    main()
