"""The worker's log lines: ours as configured, those of the engine beneath only when they matter."""

from __future__ import annotations

import logging

from driftline.agents.lines import TEXT, JsonFormatter, LimitedHandler, PlainFormatter
from driftline.broker.settings import Seldom
from driftline.config.settings import LogFormat

ENGINE = ("faust", "aiokafka", "mode")


def set_up_logging(level: str, form: LogFormat = "text") -> None:
    """One line a message on standard error, so many of a kind at most; the engine speaks from WARNING on, and seldom."""
    told = LimitedHandler()
    told.setFormatter(JsonFormatter() if form == "json" else PlainFormatter(TEXT))
    logging.basicConfig(level=level.upper(), handlers=[told])
    for name in ENGINE:
        logging.getLogger(name).setLevel(logging.WARNING)
    seldom = Seldom()
    for handler in logging.getLogger().handlers:
        handler.addFilter(lambda record: record.name.split(".")[0] not in ENGINE or seldom.filter(record))


def quieten() -> None:
    """Once a part has failed, what Faust says of its own end is a consequence, and tells nobody anything."""
    for name in ENGINE:
        logging.getLogger(name).setLevel(logging.CRITICAL)


def span(start: int, end: int) -> str:
    """What is read of the delta log.

    >>> span(120, 150)
    'offset 120 to 150 (30 records)'
    """
    return f"offset {start} to {end} ({end - start} records)"
