"""What is on the topics against what has to be there: every difference by name, and counted."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from oracle.judge import worst
from oracle.ledger import Identity
from oracle.offline import Expected, Key

K = TypeVar("K")
LANE = "sequential_drift_check"
"""The one check that is not recomputed: it is river's."""
MEAN_STEP = 2.0**-20
SHOWN = 12


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
) -> Report:
    """Final windows by key, events by id, dead letters by identity."""
    report = Report()
    _compare_windows(expected.windows, statistics, report)
    _compare_events(expected.events, violations, report)
    _compare_letters(expected.ledger.letters, letters, report)
    return report


def _compare_windows(expected: dict[Key, dict[str, Any]], values: Iterable[bytes], report: Report) -> None:
    found: dict[Key, bytes] = {}
    for value in values:
        window = json.loads(value)
        key = (window["model"], window["version"], window["window"]["label"], window["window"]["start"])
        if _is_repeated(found, key, value, f"window {_named(key)}", report):
            continue
        if key not in expected:
            report.add("window extra", f"{_named(key)} with {window['rows']} rows of {_offsets(window['ledger'])}")
            continue
        report.compared += 1
        for kind, where, what in _window_differences(expected[key], window):
            report.add(kind, f"{_named(key)} {where}: {what}")
    for key in sorted(set(expected) - set(found)):
        rows = expected[key]["rows"]
        report.add("window missing", f"{_named(key)}: {rows} rows lost, of {_offsets(expected[key]['ledger'])}")


def _compare_events(expected: dict[str, dict[str, Any]], values: Iterable[bytes], report: Report) -> None:
    found: dict[str, bytes] = {}
    for value in values:
        event = json.loads(value)
        key = event["event_id"]
        name = f"{event['kind']} {event['check']} of {event['feature']!r} in {event['window']}"
        if _is_repeated(found, key, value, f"violation {name}", report):
            continue
        if key not in expected:
            report.add("violation extra", f"{name} of {event['model']}/{event['version']}")
            continue
        report.compared += 1
        for where, what in _differences(expected[key], event, ""):
            report.add("violation wrong", f"{name} {where}: {what}")
    for key in sorted(set(expected) - set(found)):
        event = expected[key]
        name = f"{event['kind']} {event['check']} of {event['feature']!r} of {event['model']}/{event['version']}"
        report.add("violation missing", f"{name} in {event['window']}")


def _compare_letters(expected: dict[Identity, str], letters: Sequence[tuple[Identity, str]], report: Report) -> None:
    """A letter may come twice, the same both times; each refusal has one identity."""
    found: dict[Identity, set[str]] = {}
    for identity, reason in letters:
        found.setdefault(identity, set()).add(reason)
    report.same_twice += len(letters) - len(found)
    report.compared += len(found)
    for identity in sorted(set(expected) | set(found), key=str):
        reasons = found.get(identity)
        if reasons is None:
            report.add("dead letter missing", f"{identity}: {expected[identity]}")
        elif identity not in expected:
            report.add("dead letter extra", f"{identity}: {', '.join(sorted(reasons))}")
        elif reasons != {expected[identity]}:
            report.add(
                "dead letter wrong", f"{identity}: {expected[identity]} expected, got {', '.join(sorted(reasons))}"
            )


def _is_repeated(found: dict[K, bytes], key: K, value: bytes, name: str, report: Report) -> bool:
    if key not in found:
        found[key] = value
        return False
    if found[key] == value:
        report.same_twice += 1
    else:
        report.add("conflicting", f"{name} was written twice, with unlike content")
    return True


def _window_differences(expected: dict[str, Any], got: dict[str, Any]) -> Iterable[tuple[str, str, str]]:
    """Kind, place and text of each difference. Rows lost and rows doubled are told from the ledger."""
    want, have = expected["rows"], got["rows"]
    if want != have:
        kind = "events lost" if have < want else "events doubled"
        where = f"{abs(want - have)} rows; {_offsets(expected['ledger'])} expected, {_offsets(got['ledger'])} got"
        yield kind, "", where
    plain = dict(expected)
    lane = [r["state"] for feature in got["features"] for r in feature["readings"] if r["check"] == LANE]
    lane += [r["state"] for r in got["readings"] if r["check"] == LANE]
    plain["state"] = worst([expected["state"], *lane])
    for name in ("features", "readings", "operations", "ledger"):
        del plain[name]
    for where, what in [
        *_differences(plain, got, ""),
        *_ledger_differences(expected["ledger"], got["ledger"]),
        *_differences(expected["operations"], got["operations"], "operations"),
        *_readings_differences(expected["readings"], got["readings"], "model"),
        *_features_differences(expected, got),
    ]:
        yield "window wrong", where, what


def _ledger_differences(expected: dict[str, Any], got: dict[str, Any]) -> Iterable[tuple[str, str]]:
    flat = {
        **got,
        "records": got["records"]["accepted"],
        "rows": got["rows"]["accepted"],
        "sources": [
            {**share, "records": share["records"]["accepted"], "rows": share["rows"]["accepted"]}
            for share in got["sources"]
        ],
    }
    return _differences(expected, flat, "ledger")


def _features_differences(expected: dict[str, Any], got: dict[str, Any]) -> Iterable[tuple[str, str]]:
    names = [feature["name"] for feature in expected["features"]], [feature["name"] for feature in got["features"]]
    if names[0] != names[1]:
        yield "features", f"{names[0]} expected, got {names[1]}"
        return
    for want, have in zip(expected["features"], got["features"], strict=True):
        name = want["name"]
        plain = {k: v for k, v in want.items() if k not in {"readings", "distances", "sorted", "mean", "std"}}
        yield from _differences(plain, have, name)
        yield from _moment_differences(want, have, expected["baseline_id"] is not None)
        if "readings" in want:
            yield from _readings_differences(want["readings"], have["readings"], name)
            distances = {distance["name"]: distance["value"] for distance in have["distances"]}
            yield from _differences(want["distances"], distances, f"{name} distances")
            yield from _quantile_differences(want["sorted"], have["quantiles"], name)


def _moment_differences(want: dict[str, Any], have: dict[str, Any], on_grid: bool) -> Iterable[tuple[str, str]]:
    """On the baseline's grid a mean is exact to a step, a deviation to what docs/statistics.md says."""
    for part in ("mean", "std"):
        if part not in want or (want[part] is None and have[part] is None):
            continue
        spread = (want.get("std") or 0.0) + abs(want["mean"] or 0.0)
        allowed = spread * (5e-5 if on_grid else 1e-7) + 1e-12
        if have[part] is None or want[part] is None or abs(have[part] - want[part]) > allowed:
            yield f"{want['name']} {part}", f"{want[part]} expected, got {have[part]}"


def _quantile_differences(
    values: Sequence[float], got: Sequence[dict[str, Any]], name: str
) -> Iterable[tuple[str, str]]:
    """The bracket has to hold the value of that rank."""
    for quantile in got if values else ():
        rank = quantile["p"] * (len(values) - 1)
        low, high = values[math.floor(rank)], values[math.ceil(rank)]
        if not quantile["low"] <= high or not low <= quantile["high"]:
            yield f"{name} quantile {quantile['p']}", f"{low} … {high} expected, got {quantile}"


def _readings_differences(expected: Sequence[Any], got: Sequence[Any], name: str) -> Iterable[tuple[str, str]]:
    have = {(reading["feature"], reading["check"]): reading for reading in got if reading["check"] != LANE}
    want = {(reading["feature"], reading["check"]): reading for reading in expected}
    for key in sorted(set(want) | set(have)):
        if key not in want or key not in have:
            state = (want.get(key) or have[key])["state"]
            yield (
                f"{name} {key[1]} of {key[0]!r}",
                f"{state} {'expected' if key in want else 'got'}, the other has no reading",
            )
        else:
            yield from _differences(want[key], have[key], f"{name} {key[1]} of {key[0]!r}")


def _differences(expected: Any, got: Any, where: str) -> Iterable[tuple[str, str]]:  # noqa: ANN401 - JSON
    """Everything expected that is not there or is another; floats to 1e-9, keys that only the product has are passed over."""
    if isinstance(expected, Mapping) and isinstance(got, Mapping):
        for key, value in expected.items():
            yield from _differences(value, got.get(key, "nothing"), f"{where}.{key}" if where else str(key))
        if where.endswith(("extras", "statuses")) and set(got) != set(expected):
            yield where, f"{sorted(expected)} expected, got {sorted(got)}"
    elif isinstance(expected, list) and isinstance(got, list):
        if len(expected) != len(got):
            yield where, f"{expected} expected, got {got}"
            return
        for place, (one, other) in enumerate(zip(expected, got, strict=True)):
            yield from _differences(one, other, f"{where}[{place}]")
    elif isinstance(expected, float) and isinstance(got, int | float):
        if not math.isclose(expected, got, rel_tol=1e-7, abs_tol=1e-9):
            yield where, f"{expected} expected, got {got}"
    elif expected != got:
        yield where, f"{expected} expected, got {got}"


def _named(key: Key) -> str:
    model, version, label, start = key
    return f"{model}/{version} {label} from {start}"


def _offsets(ledger: Mapping[str, Any]) -> str:
    spans = [share["range"] for share in ledger["sources"]]
    return ", ".join(f"{s['topic']}[{s['partition']}] {s['start']}-{s['end']}" for s in spans) or "no source"


def tally(report: Report) -> Counter[str]:
    """How many differences of each kind."""
    return Counter({kind: len(entries) for kind, entries in report.found.items()})
