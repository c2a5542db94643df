"""What model servers would write: seeded traffic of several models, with trouble at known minutes, and records that are unfit.

Event times lie on 1 May 2024. A partition sees them out of order by up to four seconds, and now and then far too late.
"""

from __future__ import annotations

import base64
import csv
import io
import json
import random
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

START = 1_714_564_800_000
"""2024-05-01T12:00:00Z."""
MINUTE = 60_000
CYCLE = 25
"""Minutes after which the same trouble begins anew."""
Values = dict[str, object]
Make = Callable[[random.Random, float], "Values"]
Produced = tuple[int, bytes | None]
"""Event time and value."""

UNFIT: tuple[bytes | None, ...] = (
    None,
    b"",
    b"not json",
    b'{"model": "churn", "version": "1", "features": {"age": 1}',
    b"\xff\xfe{}",
    b"[]",
    b"[1]",
    b'"text"',
    b'{"time": "2024-05-01T12:00:00Z", "features": {"age": 1}}',
    b'{"time": "2024-05-01T12:00:00Z", "model": "", "features": {"age": 1}}',
    b'{"time": "2024-05-01T12:00:00Z", "model": "churn", "version": "1", "features": [1, 2]}',
    b'{"time": "2024-05-01T12:00:00Z", "model": "churn", "version": "1", "features": {"": 1}}',
    b'{"time": "2024-05-01T12:00:00", "model": "churn", "version": "1", "features": {"age": 1}}',
    b'{"time": "2024-02-30T12:00:00Z", "model": "churn", "version": "1", "features": {"age": 1}}',
    b'{"time": 1714564800, "model": "churn", "version": "1", "features": {"age": 1}}',
    b'{"time": -5, "model": "churn", "version": "1", "features": {"age": 1}}',
    b'{"time": true, "model": "churn", "version": "1", "features": {"age": 1}}',
    b'{"time": 0, "model": "churn", "version": "1", "features": {"age": 1}}',
)


def churn(rng: random.Random, minute: float) -> Values:
    """Features of a customer; income moves in minutes 10 … 13, age is gone in 16 and 17, plans are new in 19 and 20, income is
    often missing in 22 and 23.
    """
    values: Values = {
        "age": rng.randint(18, 80),
        "income": round(rng.gauss(50_000 + (30_000 if 10 <= minute < 14 else 0), 9_000), 2),
        "plan": rng.choice(["free", "paid", "pro"]),
        "active": rng.random() < 0.7,
    }
    if 16 <= minute < 18:
        del values["age"]
    if 19 <= minute < 21 and rng.random() < 0.4:
        values["plan"] = "gold"
    if 5 <= minute < 7:
        values["promo"] = None if rng.random() < 0.5 else 1
    if rng.random() < (0.5 if 22 <= minute < 24 else 0.05):
        values["income"] = None
    return values


def scored(make: Make) -> Make:
    """With the model's answer."""
    return lambda rng, minute: {**make(rng, minute), "prediction": round(rng.random(), 4)}


def rough(rng: random.Random, minute: float) -> Values:
    """The same of another version; in minutes 8 and 9 whole numbers come as text or with a fraction, booleans as numbers."""
    values = churn(rng, 0)
    if 8 <= minute < 10:
        values["age"] = rng.choice(["forty", 40.5, [40], True, 40])
        values["active"] = rng.choice([0, 1, "true", True])
    if 22 <= minute < 24:
        values["income"] = rng.choice([-1.0, 10**400, 1e12, 50_000.0, float("nan")])
    return values


def fraud(rng: random.Random, minute: float) -> Values:
    """A payment; the score moves in minutes 12 … 15."""
    return {
        "amount": round(rng.expovariate(1 / 80), 2),
        "hour": rng.randint(0, 23),
        "country": rng.choice(["de", "fr", "us", "in"]),
        "card": rng.random() < 0.5,
        "score": round(min(1.0, rng.betavariate(2, 5) + (0.4 if 12 <= minute < 16 else 0.0)), 4),
    }


def table(path: Path, make: Make, rows: int = 3_000) -> Path:
    """A CSV file of ordinary rows, to make a baseline of."""
    rng = random.Random(path.stem)
    found = [make(rng, 0) for _ in range(rows)]
    with path.open("w", newline="") as out:
        writer = csv.DictWriter(out, list(found[0]))
        writer.writeheader()
        writer.writerows({name: _cell(value) for name, value in row.items()} for row in found)
    return path


def _cell(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else "" if value is None else value


def events(seed: int, minutes: range, a_minute: int) -> Iterator[Produced]:
    """Native captures of churn/1, churn/2 and a model without a baseline, and what is unfit, in the order of arrival."""
    rng = random.Random(seed)
    count = 0
    for time in _times(rng, minutes, a_minute):
        minute, count = (time - START) / MINUTE % CYCLE, count + 1
        if rng.random() < 0.02:
            yield time, rng.choice(UNFIT)
            continue
        capture = _capture(rng, time, minute, f"{seed}-{minutes.start}-{count}")
        if rng.random() < 0.03:  # the same event again: as it was, or many in one record
            yield time, json.dumps(capture).encode()
        if rng.random() < 0.03:
            others = [_capture(rng, time, minute, f"{capture['id']}-{place}") for place in range(3)]
            yield time, json.dumps([capture, *others, 7]).encode()
        else:
            yield time, json.dumps(capture).encode()


def _capture(rng: random.Random, time: int, minute: float, identity: str) -> dict[str, object]:
    model, version, make = rng.choices(
        [("churn", "1", churn), ("churn", 2, rough), ("unwatched", None, churn)], [0.45, 0.45, 0.1]
    )[0]
    stamp: object = time
    if rng.random() < 0.5:
        stamp = datetime.fromtimestamp(time / 1000, UTC).isoformat(timespec="milliseconds")
    capture: dict[str, object] = {"id": identity, "time": stamp, "model": model, "features": make(rng, minute)}
    if version is not None:
        capture["version"] = version
    if model == "churn":
        capture["prediction"] = round(rng.random(), 4)
        capture["latency"] = round(rng.lognormvariate(-4, 1), 6)
        capture["status"] = rng.choices([200, 400, 503], [0.96, 0.02, 0.02])[0]
    return capture


def requests(seed: int, minutes: range, a_minute: int) -> Iterator[Produced]:
    """SageMaker captures of fraud: one to four rows a request, as CSV, JSON or BASE64; few of them in minutes 20 and 21."""
    rng = random.Random(seed)
    for time in _times(rng, minutes, a_minute):
        minute = (time - START) / MINUTE
        if 20 <= minute < 22 and rng.random() < 0.9:
            continue
        rows = [fraud(rng, minute) for _ in range(rng.randint(1, 4))]
        yield time, json.dumps(_request(rng, time, rows, f"{seed}-{time}-{rng.random()}")).encode()


def _request(rng: random.Random, time: int, rows: list[Values], identity: str) -> dict[str, object]:
    kind = rng.choice(["CSV", "CSV", "JSON", "BASE64"])
    names = ("amount", "hour", "country", "card")
    inputs: list[list[object]] = [[row[name] for name in names] for row in rows]
    outputs: list[list[object]] = [[row["score"]] for row in rows]
    chance = rng.random()
    if chance < 0.02:
        inputs[-1].append("one too many")
    elif chance < 0.03:
        outputs.append([0.5])
    elif chance < 0.04:
        inputs[0][0] = "much"
    if kind == "JSON":
        came, answered = (
            json.dumps({"instances": [{"features": row} for row in inputs]}),
            json.dumps({"predictions": outputs}),
        )
    else:
        came, answered = _csv(inputs), _csv(outputs)
    if kind == "BASE64":
        came = base64.b64encode(came.encode()).decode()
    part = {"observedContentType": "text/csv", "encoding": kind}
    answer = {**part, "encoding": "CSV" if kind == "BASE64" else kind, "mode": "OUTPUT", "data": answered}
    return {
        "captureData": {"endpointInput": {**part, "mode": "INPUT", "data": came}, "endpointOutput": answer},
        "eventMetadata": {
            "eventId": identity,
            "inferenceTime": datetime.fromtimestamp(time / 1000, UTC)
            .isoformat(timespec="milliseconds")
            .replace("+00:00", "Z"),
            "customAttributes": ["model=fraud,version=7"],
        },
        "eventVersion": "0",
    }


def _csv(rows: Iterable[list[object]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([[_cell(value) for value in row] for row in rows])
    return out.getvalue().rstrip("\n")


def _times(rng: random.Random, minutes: range, a_minute: int) -> Iterator[int]:
    """Event times in the order of arrival: within four seconds of each other, one in a hundred a minute or two late."""
    step = MINUTE / a_minute
    for number in range(len(minutes) * a_minute):
        time = START + minutes.start * MINUTE + round(number * step) - rng.randint(0, 4_000)
        yield time - rng.randint(60_000, 150_000) if rng.random() < 0.01 else time


def closing(time: int) -> bytes:
    """A capture that says nothing but how late it is."""
    return json.dumps({"time": time, "model": "closing", "features": {"x": 1}}).encode()
