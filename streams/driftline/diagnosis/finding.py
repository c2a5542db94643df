"""One answer of ``driftline doctor`` or ``driftline check``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from driftline.errors import DriftlineError

_NEWER: Final = "driftline needs Kafka 2.8 or newer; the demo's embedded broker cannot answer this"

State = Literal["ok", "warning", "fault"]


@dataclass(frozen=True, slots=True)
class Finding:
    """``check`` is what was looked at, ``text`` what was found, ``remedy`` what to do: empty where all is well."""

    check: str
    state: State
    text: str
    remedy: str = ""


def ok(check: str, text: str) -> Finding:
    """All is well."""
    return Finding(check, "ok", text)


def warning(check: str, text: str, remedy: str) -> Finding:
    """Worth a look; a worker would run."""
    return Finding(check, "warning", text, remedy)


def fault(check: str, text: str, remedy: str) -> Finding:
    """A worker would not run, or not well."""
    return Finding(check, "fault", text, remedy)


def asked(check: str, question: Callable[[], Iterable[Finding]], remedy: str) -> Iterator[Finding]:
    """The findings of a question; one that fails on purpose is a fault in its own words."""
    try:
        yield from question()
    except DriftlineError as error:
        yield fault(check, str(error), _NEWER if "not supported by broker" in str(error) else remedy)
