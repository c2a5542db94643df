"""What the model's thread hands over: as it came, with a copy of what could still change. Made into bytes elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose rows they are, and what holds for all of them.

    ``names`` are those of features that come without any; ``leave_out`` are features that must not leave the process;
    ``weight`` is how many events a row stands for, None for one.
    """

    model: str
    version: str = ""
    names: tuple[str, ...] = ()
    leave_out: frozenset[str] = frozenset()
    weight: float | None = None


class Row(msgspec.Struct):
    """One row. ``called_ms`` is when it was handed over; ``time`` is what the caller said of the event's time, if anything."""

    subject: Subject
    called_ms: int
    id: Any
    features: Any
    prediction: Any = None
    latency: Any = None
    status: Any = None
    error: Any = None
    entity: Any = None
    segment: Any = None
    time: Any = None


@dataclass(frozen=True, slots=True)
class Batch:
    """``rows`` rows by column. ``latency`` is that of the whole call; ``below`` is the threshold of sampling."""

    subject: Subject
    called_ms: int
    rows: int
    below: int
    features: Any
    predictions: Any = None
    latency: Any = None
    status: Any = None
    error: Any = None
    ids: Sequence[Any] | None = None
    entities: Sequence[Any] | None = None
    segments: Sequence[Any] | None = None
    times: Sequence[Any] | None = None
