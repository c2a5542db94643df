"""What is on the topics against what has to be there: every difference by name, and counted."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from oracle.differences import differences, offsets_of, spans_of, window_differences
from oracle.ledger import OUTCOMES, Identity, Source
from oracle.offline import Expected, Key

K = TypeVar("K")
SHOWN = 12
Account = tuple[Mapping[str, int], Mapping[str, int]]
"""Records and rows of a source by how they ended."""


@dataclass
class Report:
    """Differences by kind; nothing in it means that the topics hold exactly what they have to."""

    found: dict[str, list[str]] = field(default_factory=dict)
    same_twice: int = 0
    compared: int = 0

    def add(self, kind: str, what: str) -> None:
        self.found.setdefault(kind, []).append(what)

    @property
    def is_clean(self) -> bool:
        return not self.found

    def __str__(self) -> str:
        lines = [f"{self.compared} results compared, {self.same_twice} written twice alike (harmless)"]
        for kind, entries in self.found.items():
            lines.append(f"{kind}: {len(entries)}")
            lines += [f"    {entry}" for entry in entries[:SHOWN]]
        return "\n".join(lines)


def compare(
    expected: Expected,
    statistics: Iterable[bytes],
    violations: Iterable[bytes],
    letters: Sequence[tuple[Identity, str]],
    accounts: Mapping[Source, Account] | None = None,
) -> Report:
    """Final windows by key, events by id, dead letters by identity, the ledger by source (where there is one)."""
    report = Report()
    _compare_windows(expected.windows, statistics, report)
    _compare_events(expected.events, violations, report)
    _compare_letters(expected.ledger.letters, letters, report)
    if accounts is not None:
        _compare_accounts(expected, accounts, report)
    return report


def _compare_windows(expected: dict[Key, dict[str, Any]], values: Iterable[bytes], report: Report) -> None:
    found: dict[Key, bytes] = {}
    for value in values:
        window = json.loads(value)
        key = (window["model"], window["version"], window["window"]["label"], window["window"]["start"])
        name = f"window {_named(key)} of {offsets_of(window['ledger'])}"
        if _is_repeated(found, key, value, name, report):
            continue
        if key not in expected:
            report.add("window extra", f"{_named(key)} with {window['rows']} rows of {offsets_of(window['ledger'])}")
            continue
        report.compared += 1
        for kind, where, what in window_differences(expected[key], window):
            report.add(kind, f"{_named(key)} of {offsets_of(expected[key]['ledger'])}, {where}: {what}")
    for key in sorted(set(expected) - set(found)):
        rows = expected[key]["rows"]
        report.add("window missing", f"{_named(key)}: {rows} rows lost, of {offsets_of(expected[key]['ledger'])}")


def _compare_events(expected: dict[str, dict[str, Any]], values: Iterable[bytes], report: Report) -> None:
    found: dict[str, bytes] = {}
    for value in values:
        event = json.loads(value)
        key = event["event_id"]
        name = _told(event)
        if _is_repeated(found, key, value, f"violation {name}", report):
            continue
        if key not in expected:
            report.add("violation extra", name)
            continue
        report.compared += 1
        for where, what in differences(expected[key], event, ""):
            report.add("violation wrong", f"{name}, {where}: {what}")
    for key in sorted(set(expected) - set(found)):
        report.add("violation missing", _told(expected[key]))


def _compare_letters(
    expected: Mapping[Identity, set[str]], letters: Sequence[tuple[Identity, str]], report: Report
) -> None:
    """A letter may come twice, the same both times; each refusal has one identity."""
    found: dict[Identity, set[str]] = {}
    for identity, reason in letters:
        found.setdefault(identity, set()).add(reason)
    report.same_twice += len(letters) - len(found)
    report.compared += len(found)
    for identity in sorted({*expected, *found}, key=str):
        want, have = (", ".join(sorted(held.get(identity, ()))) for held in (expected, found))
        if not have:
            report.add("dead letter missing", f"{identity}: {want}")
        elif not want:
            report.add("dead letter extra", f"{identity}: {have}")
        elif want != have:
            report.add("dead letter wrong", f"{identity}: {want} expected, got {have}")


def _compare_accounts(expected: Expected, accounts: Mapping[Source, Account], report: Report) -> None:
    """Every record is counted once, as what it was; ``ignored`` are offsets, which hold no rows."""
    for source in sorted({*expected.ledger.records, *accounts}):
        records, rows = expected.ledger.records.get(source, Counter()), expected.ledger.rows.get(source, Counter())
        got = accounts.get(source, ({}, {}))
        for part, want, have in (("records", records, got[0]), ("rows", rows, got[1])):
            for outcome in OUTCOMES:
                wanted = 0 if (part, outcome) == ("rows", "ignored") else want[outcome]
                if wanted != have.get(outcome, 0):
                    what = f"{wanted} {outcome} {part} expected, got {have.get(outcome, 0)}"
                    report.add("ledger wrong", f"{source[0]}[{source[1]}] of {records.total()} records: {what}")


def _is_repeated(found: dict[K, bytes], key: K, value: bytes, name: str, report: Report) -> bool:
    if key not in found:
        found[key] = value
        return False
    if found[key] == value:
        report.same_twice += 1
    else:
        report.add("conflicting", f"{name} was written twice, with unlike content")
    return True


def _named(key: Key) -> str:
    model, version, label, start = key
    return f"{model}/{version} {label} from {start}"


def _told(event: Mapping[str, Any]) -> str:
    """An event of an incident: what it says, of which window, and of which records that was made."""
    window, spans = event["window"], spans_of(event["offsets"])
    what = f"{event['kind']} {event['check']} of {event['feature']!r} of {event['model']}/{event['version']}"
    return f"{what} in {window['label']} from {window['start']}, of {spans}"


def tally(report: Report) -> Counter[str]:
    """How many differences of each kind."""
    return Counter({kind: len(entries) for kind, entries in report.found.items()})
