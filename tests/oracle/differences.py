"""One final window against what it has to say, part by part."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from oracle.judge import worst

LANE = "sequential_drift_check"
"""The one check that is not recomputed: it is river's."""


def window_differences(expected: dict[str, Any], got: dict[str, Any]) -> Iterable[tuple[str, str, str]]:
    """Kind, place and text of each difference. Rows lost and rows doubled are told from the ledger."""
    want, have = expected["rows"], got["rows"]
    if want != have:
        kind = "events lost" if have < want else "events doubled"
        where = f"{abs(want - have)} rows; {offsets_of(expected['ledger'])} expected, {offsets_of(got['ledger'])} got"
        yield kind, "", where
    plain = dict(expected)
    lane = [r["state"] for feature in got["features"] for r in feature["readings"] if r["check"] == LANE]
    lane += [r["state"] for r in got["readings"] if r["check"] == LANE]
    plain["state"] = worst([expected["state"], *lane])
    for name in ("features", "readings", "operations", "ledger"):
        del plain[name]
    for where, what in [
        *differences(plain, got, ""),
        *_ledger_differences(expected["ledger"], got["ledger"]),
        *differences(expected["operations"], got["operations"], "operations"),
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
    return differences(expected, flat, "ledger")


def _features_differences(expected: dict[str, Any], got: dict[str, Any]) -> Iterable[tuple[str, str]]:
    names = [feature["name"] for feature in expected["features"]], [feature["name"] for feature in got["features"]]
    if names[0] != names[1]:
        yield "features", f"{names[0]} expected, got {names[1]}"
        return
    for want, have in zip(expected["features"], got["features"], strict=True):
        name = want["name"]
        plain = {k: v for k, v in want.items() if k not in {"readings", "distances", "sorted", "mean", "std"}}
        yield from differences(plain, have, name)
        yield from _moment_differences(want, have, expected["baseline_id"] is not None)
        if "readings" in want:
            yield from _readings_differences(want["readings"], have["readings"], name)
            distances = {distance["name"]: distance["value"] for distance in have["distances"]}
            yield from differences(want["distances"], distances, f"{name} distances")
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
            yield from differences(want[key], have[key], f"{name} {key[1]} of {key[0]!r}")


def differences(expected: Any, got: Any, where: str) -> Iterable[tuple[str, str]]:  # noqa: ANN401 - JSON
    """Everything expected that is not there or is another; floats to 1e-9, keys that only the product has are passed over."""
    if isinstance(expected, Mapping) and isinstance(got, Mapping):
        for key, value in expected.items():
            yield from differences(value, got.get(key, "nothing"), f"{where}.{key}" if where else str(key))
        if where.endswith(("extras", "statuses")) and set(got) != set(expected):
            yield where, f"{sorted(expected)} expected, got {sorted(got)}"
    elif isinstance(expected, list) and isinstance(got, list):
        if len(expected) != len(got):
            yield where, f"{expected} expected, got {got}"
            return
        for place, (one, other) in enumerate(zip(expected, got, strict=True)):
            yield from differences(one, other, f"{where}[{place}]")
    elif isinstance(expected, float) and isinstance(got, int | float):
        if not math.isclose(expected, got, rel_tol=1e-7, abs_tol=1e-9):
            yield where, f"{expected} expected, got {got}"
    elif expected != got:
        yield where, f"{expected} expected, got {got}"


def offsets_of(ledger: Mapping[str, Any]) -> str:
    """The records that a window is made of."""
    return spans_of([share["range"] for share in ledger["sources"]])


def spans_of(ranges: Sequence[Mapping[str, Any]]) -> str:
    """Ranges of offsets, half-open, in a word."""
    return ", ".join(f"{s['topic']}[{s['partition']}] {s['start']}-{s['end']}" for s in ranges) or "no record"
