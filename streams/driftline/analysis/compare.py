"""What a replay found against what the workers wrote, byte for byte; and where it differs, in what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import msgspec

from driftline.analysis.result import AnalysisResult
from driftline.analysis.told import Told
from driftline.contracts.cloudevents import rfc3339
from driftline.contracts.statistics import WindowStatistics, encode_statistics
from driftline.contracts.violation import encode_violation
from driftline.windows.spec import Window

SHOWN: Final = 80
"""Characters of a value that differs."""


@dataclass(frozen=True)
class Comparison:
    """Windows and events that came out as they were written, and a sentence for each that did not.

    ``untold`` are windows that were judged here and are not (or no longer) on the topic.
    """

    equal_windows: int = 0
    equal_events: int = 0
    untold: int = 0
    different: tuple[str, ...] = field(default=())

    @property
    def is_equal(self) -> bool:
        """Whether everything that was written came out the same."""
        return not self.different

    def lines(self) -> list[str]:
        """For a person."""
        told = f"{self.equal_windows} windows and {self.equal_events} violation events are byte for byte what the workers wrote"
        if self.untold:
            told += f"; of {self.untold} windows nothing is written"
        return [told, *(f"different: {one}" for one in self.different)]


def compare(result: AnalysisResult, told: Told, events: Mapping[str, bytes]) -> Comparison:
    """Hold a result against the records of the workers; ``events`` are violations by their id."""
    equal = untold = 0
    different: list[str] = []
    own_events: dict[str, bytes] = {}
    for judged in result.windows:
        statistics = judged.statistics
        record = told.by_key.get((statistics.window.label, Window(statistics.window.start, statistics.window.end)))
        if record is None:
            untold += 1
            continue
        own_events |= {event.event_id: encode_violation(event) for event in judged.violations}
        if encode_statistics(statistics) == record.text:
            equal += 1
        else:
            different.append(f"{_named(statistics)}: {_where(record.statistics, statistics)}")
    mine = {(one.statistics.window.label, one.statistics.window.end) for one in result.windows}
    written = {key: text for key, text in events.items() if _window_of(text) in mine}
    same = [key for key, text in written.items() if own_events.get(key) == text]
    different += [
        f"event {key}: {_event(own_events.get(key), text)}" for key, text in written.items() if key not in same
    ]
    different += [f"event {key}: it was not written" for key in own_events if key not in written]
    return Comparison(equal, len(same), untold, tuple(different))


def _event(own: bytes | None, text: bytes) -> str:
    if own is None:
        return "it was written, and does not come out here"
    return first_difference(msgspec.json.decode(text), msgspec.json.decode(own))


def _window_of(text: bytes) -> tuple[str, int]:
    window = msgspec.json.decode(text)["window"]
    return window["label"], window["end"]


def _named(statistics: WindowStatistics) -> str:
    return f"window {statistics.window.label} from {rfc3339(statistics.window.start)}"


def _where(told: WindowStatistics, own: WindowStatistics) -> str:
    """The likeliest cause first: rows, then anything else."""
    if told.rows != own.rows:
        return f"it had {told.rows} rows and has {own.rows} here{_sources(told, own)}"
    return first_difference(msgspec.to_builtins(told), msgspec.to_builtins(own))


def _sources(told: WindowStatistics, own: WindowStatistics) -> str:
    held = {(one.range.topic, one.range.partition): one.rows.accepted for one in own.ledger.sources}
    found = []
    for one in told.ledger.sources:
        rows = held.get((one.range.topic, one.range.partition), 0)
        if rows != one.rows.accepted:
            found.append(f"{one.range.topic}[{one.range.partition}] {one.rows.accepted} and {rows}")
    return f" ({', '.join(found)})" if found else ""


def first_difference(told: object, own: object, path: str = "$") -> str:
    """The first place at which two documents differ, with both values.

    >>> first_difference({"a": [1, 2]}, {"a": [1, 3]})
    '$.a[1] was 2 and is 3 here'
    """
    if isinstance(told, dict) and isinstance(own, dict):
        for key in [*told, *(key for key in own if key not in told)]:
            if told.get(key) != own.get(key):
                return first_difference(told.get(key), own.get(key), f"{path}.{key}")
    if isinstance(told, list | tuple) and isinstance(own, list | tuple) and len(told) == len(own):
        for place, (one, other) in enumerate(zip(told, own, strict=True)):
            if one != other:
                return first_difference(one, other, f"{path}[{place}]")
    return f"{path} was {_short(told)} and is {_short(own)} here"


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 3]}..."
