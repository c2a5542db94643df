"""IncidentBook: breaches become incidents that open, go on and end; one automaton per check that has something to tell.

Key: (model, version, slice, feature, check, window label). Its rules, for the readings of each closed window:

1. A *breach* is VIOLATED (or WATCH, if the policy lets it open); *quiet* is OK. Everything else is neither, and changes
   nothing: UNKNOWN neither opens nor resolves.
2. closed, and breaches in ``need`` of the last ``out_of`` breach-or-quiet windows -> opened.
3. open, and a breach -> updated.
4. open, and ``quiet`` quiet windows in a row -> resolved.
5. A window that does not end after the last one seen under its key was told before, and changes nothing.
6. What a judged window no longer speaks of (an extra column that has gone, a check switched off, a column that the new
   baseline does not have) is quiet; but the other checks of a missing column, and extra columns that could not be looked for,
   are neither.

Ids are hashes of names and event times, so whoever computes them computes the same.
"""

from __future__ import annotations

import enum
import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from driftline.errors import ConfigError, DriftlineError
from driftline.judging.severity import RULES_ONLY, Severity, SeverityPolicy, severity_of
from driftline.judging.states import Reading, State

if TYPE_CHECKING:
    from collections.abc import Iterable

ID_LENGTH: Final = 32
"""Hex digits of an id: 128 bits, as in a UUID."""

MODEL_SLICE: Final = ""
"""The slice of all rows."""


class Kind(enum.StrEnum):
    """What became of an incident."""

    OPENED = "opened"
    UPDATED = "updated"
    RESOLVED = "resolved"


class IncidentKey(NamedTuple):
    """What an incident is about."""

    model: str
    version: str
    slice: str
    feature: str
    check: str
    window: str


@dataclass(frozen=True)
class WindowRef:
    """Which window the readings are of: label and [start_ms, end_ms) in ms UTC, and the baseline that judged it."""

    model: str
    version: str
    label: str
    start_ms: int
    end_ms: int
    baseline: str
    slice: str = MODEL_SLICE


@dataclass(frozen=True)
class IncidentPolicy:
    """Open after ``need`` breaches in the last ``out_of`` windows; resolve after ``quiet`` quiet ones in a row (all >= 1)."""

    need: int = 1
    out_of: int = 1
    quiet: int = 1
    watch_opens: bool = False

    def __post_init__(self) -> None:
        """Refuse what could never open or resolve."""
        if not 1 <= self.need <= self.out_of:
            raise ConfigError(
                f"incidents must open after 1 <= need <= out_of windows, got {self.need} of {self.out_of}"
            )
        if self.quiet < 1:
            raise ConfigError(f"incidents must resolve after 1 or more quiet windows, got {self.quiet}")


FIRST_WINDOW: Final = IncidentPolicy()
"""Opened by one window, resolved by one."""


class Incident(msgspec.Struct, frozen=True, array_like=True):
    """What the book keeps under a key. ``recent`` are the last windows, True for a breach; open if ``id`` is not ""."""

    last_end: int
    recent: tuple[bool, ...] = ()
    id: str = ""
    baseline: str = ""
    opened_start: int = 0
    opened_end: int = 0
    breaches: int = 0
    peak: float | None = None
    severity: str = ""


@dataclass(frozen=True)
class IncidentEvent:
    """One line of an incident's story; ``incident`` is its state afterwards (of a resolved one: before it was forgotten)."""

    kind: Kind
    key: IncidentKey
    event_id: str
    incident: Incident
    reading: Reading
    severity: Severity
    window: WindowRef


@dataclass
class IncidentBook:
    """All keys that are open, or whose last windows hold a breach. Everything else is forgotten: memory follows trouble."""

    policy: IncidentPolicy = FIRST_WINDOW
    severities: SeverityPolicy = RULES_ONLY
    entries: dict[IncidentKey, Incident] = field(default_factory=dict)

    def observe(
        self, window: WindowRef, readings: Iterable[Reading], violated_share: float = 0.0
    ) -> tuple[IncidentEvent, ...]:
        """The events that a closed window makes, in the order of its readings; then those of what has gone."""
        readings = tuple(readings)
        told = [(reading, _key(window, reading)) for reading in readings]
        told += [(reading, _key(window, reading)) for reading in self._gone(window, readings)]
        events = (self._turn(key, window, reading, violated_share) for reading, key in told)
        return tuple(event for event in events if event is not None)

    def open_incidents(self) -> tuple[tuple[IncidentKey, Incident], ...]:
        """What is open, by key."""
        return tuple((key, entry) for key, entry in sorted(self.entries.items()) if entry.id)

    def forget(self, model: str, version: str) -> None:
        """Drop what is known of a model and version that has been withdrawn; tells nobody."""
        self.entries = {
            key: entry for key, entry in self.entries.items() if (key.model, key.version) != (model, version)
        }

    def to_state(self) -> dict[str, Any]:
        """Keys and entries as plain lists, in the order of the keys."""
        return {
            "v": 1,
            "entries": [[list(key), msgspec.to_builtins(self.entries[key])] for key in sorted(self.entries)],
        }

    @classmethod
    def from_state(
        cls, state: dict[str, Any], policy: IncidentPolicy = FIRST_WINDOW, severities: SeverityPolicy = RULES_ONLY
    ) -> IncidentBook:
        """The book behind :meth:`to_state`; the policies are configuration and not part of it.

        Raises:
            DriftlineError: the state is of a version that this program does not know.

        """
        if state.get("v") != 1:
            raise DriftlineError(f"the state of an incident book must have version 1, got {state.get('v')!r}")
        entries = {IncidentKey(*key): msgspec.convert(entry, Incident) for key, entry in state["entries"]}
        return cls(policy, severities, entries)

    def _gone(self, window: WindowRef, readings: tuple[Reading, ...]) -> list[Reading]:
        """Rule 6: "quiet" for the keys of this window length that a judged window does not speak of any more."""
        told = {(reading.feature, reading.check) for reading in readings}
        if not any(reading.state in {State.OK, State.VIOLATED} for reading in readings):
            return []
        silent = {r.feature for r in readings if r.check == "missing_column_check" and r.state is State.VIOLATED}
        blind = {r.check for r in readings if r.check == "extra_column_check" and r.state is State.UNKNOWN}
        return [
            Reading(key.feature, key.check, State.OK, reason="no longer seen")
            for key in sorted(self.entries)
            if (key.model, key.version, key.slice, key.window)
            == (window.model, window.version, window.slice, window.label)
            and (key.feature, key.check) not in told
            and key.feature not in silent
            and key.check not in blind
        ]

    def _turn(self, key: IncidentKey, window: WindowRef, reading: Reading, share: float) -> IncidentEvent | None:
        entry = self.entries.get(key, Incident(last_end=window.start_ms))
        breach = reading.state is State.VIOLATED or (self.policy.watch_opens and reading.state is State.WATCH)
        if window.end_ms <= entry.last_end or not (breach or reading.state is State.OK):
            return None
        if not breach and key not in self.entries:
            return None
        after, kind = self._next(key, entry, window, breach=breach)
        severity = severity_of(reading, share, self.severities)
        if breach:
            after = msgspec.structs.replace(after, peak=_peak(entry.peak, reading.observed), severity=severity)
        elif after.id:
            severity = Severity(after.severity)
        self._keep(key, after, kind)
        if kind is None:
            return None
        return IncidentEvent(kind, key, event_id(after.id, kind, window.end_ms), after, reading, severity, window)

    def _next(
        self, key: IncidentKey, entry: Incident, window: WindowRef, *, breach: bool
    ) -> tuple[Incident, Kind | None]:
        """The numbered rules 2 to 4."""
        length = max(self.policy.out_of, self.policy.quiet)
        after = msgspec.structs.replace(
            entry,
            last_end=window.end_ms,
            recent=(*entry.recent, breach)[-length:],
            breaches=entry.breaches + breach,
        )
        if not entry.id:
            return self._maybe_open(key, after, window) if breach else (after, None)
        if breach:
            return after, Kind.UPDATED
        quiet = after.recent[-self.policy.quiet :]
        return after, Kind.RESOLVED if len(quiet) == self.policy.quiet and not any(quiet) else None

    def _maybe_open(self, key: IncidentKey, entry: Incident, window: WindowRef) -> tuple[Incident, Kind | None]:
        if sum(entry.recent[-self.policy.out_of :]) < self.policy.need:
            return entry, None
        opened = msgspec.structs.replace(
            entry,
            id=incident_id(key, window.baseline, window.start_ms),
            baseline=window.baseline,
            opened_start=window.start_ms,
            opened_end=window.end_ms,
        )
        return opened, Kind.OPENED

    def _keep(self, key: IncidentKey, entry: Incident, kind: Kind | None) -> None:
        if kind is Kind.RESOLVED or not (entry.id or any(entry.recent[-self.policy.out_of :])):
            self.entries.pop(key, None)
        else:
            self.entries[key] = entry


def incident_id(key: IncidentKey, baseline: str, opened_start_ms: int) -> str:
    """First 32 hex digits of sha256 over the JSON of the key's parts, the baseline and the opening window's start, by "|".

    >>> incident_id(IncidentKey("m", "1", "", "age", "baseline_drift_check", "1h"), "b", 0)
    'b98d2227772283bcdd8d721e900038ec'
    """
    model, version, part, feature, check, window = key
    return _digest([model, version, part, feature, check, baseline, window, opened_start_ms])


def event_id(incident: str, kind: Kind, window_end_ms: int) -> str:
    """Id of one event: emitted twice, it is the same event."""
    return _digest([incident, kind.value, window_end_ms])


def _digest(parts: list[Any]) -> str:
    return hashlib.sha256(b"|".join(map(msgspec.json.encode, parts))).hexdigest()[:ID_LENGTH]


def _key(window: WindowRef, reading: Reading) -> IncidentKey:
    return IncidentKey(window.model, window.version, window.slice, reading.feature, reading.check, window.label)


def _peak(before: float | None, now: float | None) -> float | None:
    """The observed value farthest from nought so far."""
    if before is None or now is None:
        return now if before is None else before
    return max(before, now, key=abs)
