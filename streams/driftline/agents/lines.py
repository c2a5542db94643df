"""Log lines as text or JSON, at most so many of one kind in a while: a fault that comes with every record is news once.

A kind is a logger and the words of the message before its arguments are put in. What was kept back is counted, and told in a
line of its own when the while is over.
"""

from __future__ import annotations

import json
import logging
import traceback
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from driftline.printable import printable_line

BURST: Final = 20
"""Lines of one kind in a while. Chosen: a worker with some dozen partitions tells of each at a rebalance, no more."""

WHILE_SECONDS: Final = 10.0
KINDS: Final = 1_000
"""Kinds that are remembered. Chosen: many times the number of messages in the code."""

TEXT: Final = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"

Kind = tuple[str, str]


@dataclass(slots=True)
class _Count:
    began: float
    passed: int = 0
    kept_back: int = 0


class Limiter:
    """Decides by the records' own times; it asks no clock."""

    def __init__(self, burst: int = BURST, seconds: float = WHILE_SECONDS) -> None:
        """At most ``burst`` lines of one kind in ``seconds``."""
        self._burst, self._seconds = burst, seconds
        self._counts: dict[Kind, _Count] = {}

    def passes(self, record: logging.LogRecord) -> bool:
        """Whether the line is told; when it is not, it is counted."""
        kind = (record.name, str(record.msg))
        if kind not in self._counts and len(self._counts) >= KINDS:
            return True
        count = self._counts.setdefault(kind, _Count(record.created))
        passes = count.passed < self._burst
        count.passed += passes
        count.kept_back += not passes
        return passes

    def due(self, now: float) -> list[tuple[Kind, int]]:
        """Kinds whose while is over at ``now`` (seconds since the epoch) with how many were kept back; they begin anew."""
        over = [kind for kind, count in self._counts.items() if now - count.began >= self._seconds]
        ended = [(kind, self._counts.pop(kind).kept_back) for kind in over]
        return [(kind, kept_back) for kind, kept_back in ended if kept_back]


class LimitedHandler(logging.StreamHandler):  # type: ignore[type-arg]  # its type is generic only to type checkers
    """Standard error through a `Limiter`."""

    def __init__(self, limiter: Limiter | None = None) -> None:
        super().__init__()
        self._limiter = limiter or Limiter()

    def emit(self, record: logging.LogRecord) -> None:
        """Tell what was kept back before, then this line, if it passes."""
        self._tell(record.created)
        if self._limiter.passes(record):
            super().emit(record)

    def close(self) -> None:
        """Tell what is still kept back."""
        self._tell(float("inf"))
        super().close()

    def _tell(self, now: float) -> None:
        for (name, message), kept_back in self._limiter.due(now):
            text = f"{kept_back} more lines like this were kept back: {message}"
            line = logging.LogRecord(name, logging.WARNING, "", 0, text, None, None)
            line.suppressed = kept_back
            super().emit(line)


class PlainFormatter(logging.Formatter):
    """A message is one line, whatever is in it: a name with a line end in it can't write a line of its own. Tracebacks stay."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - as logging calls it
        """The line, control characters written out."""
        return printable_line(super().formatMessage(record))


class JsonFormatter(logging.Formatter):
    """One document a line: time (RFC 3339, UTC), level, logger, message; ``exception`` and ``suppressed`` where there are any."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        when = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        document: dict[str, object] = {
            "time": when,
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info and record.exc_info[0] is not None:
            document["exception"] = "".join(traceback.format_exception(*record.exc_info))
        if hasattr(record, "suppressed"):
            document["suppressed"] = record.suppressed
        return json.dumps(document, ensure_ascii=False)
