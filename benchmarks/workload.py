"""What the benchmarks read: one model of 20 numbers and 5 categories, its baseline, its captures in every format."""

from __future__ import annotations

import base64
import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

import pandas as pd

import driftline.baseline as baselines
from driftline.baseline.model import Baseline
from driftline.contracts.capture import CaptureTopic, FormatName
from driftline.contracts.log import BaselineInForce, Source, Stamp
from driftline.durations import DAY_MS
from driftline.engine.baselines import BaselineShelf, Decoding, pack_baseline
from driftline.engine.dedupe import RecentIds
from driftline.engine.fold import SourceFold
from driftline.engine.ledger import LogState
from driftline.engine.settings import ModelSettings, SourceSettings
from driftline.engine.standing import LineOf
from driftline.windows.spec import WindowSpec

MODEL, VERSION = "credit-risk", "7"
NUMERIC, CATEGORICAL = 20, 5
WORDS = ("north", "south", "east", "west", "centre", "abroad", "online", "unknown")
BEGIN = 1_714_564_800_000
EVENTS_PER_SECOND = 20_000
"""Of event time: a pane of ten seconds holds 200,000 events."""
PANE_MS = 10_000
WINDOWS = (60_000, 3_600_000, 86_400_000)
Make = Callable[[int, random.Random], bytes]
_ID = re.compile(rb'"(?:id|eventId)": ?"([0-9a-f]+)"')
_TIME = re.compile(rb'"(?:time|inferenceTime)": ?("[^"]*"|\d+)')
SETTINGS = ModelSettings(PANE_MS, tuple(WindowSpec(length, length) for length in WINDOWS))


def values(rng: random.Random) -> dict[str, float | str]:
    """The features of one event, with 6 decimals as they come out of a feature store."""
    row: dict[str, float | str] = {f"amount_{n:02d}": round(rng.gauss(n, 1 + n / 10), 6) for n in range(NUMERIC)}
    return row | {f"region_{n}": rng.choice(WORDS) for n in range(CATEGORICAL)}


@cache
def reference() -> pd.DataFrame:
    """The 20,000 rows that the baseline is of."""
    rng = random.Random(7)
    return pd.DataFrame([values(rng) | {"score": rng.random()} for _ in range(20_000)])


@cache
def baseline() -> Baseline:
    """Made once a process."""
    roles = {"score": "prediction"}
    return baselines.create(reference(), model=MODEL, version=VERSION, roles=roles, created="2024-05-01T00:00:00Z")


def rfc3339(milliseconds: int) -> str:
    """A moment as SageMaker writes it, with a Z."""
    return f"{datetime.fromtimestamp(milliseconds / 1000, UTC):%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03d}Z"


def native(number: int, rng: random.Random) -> bytes:
    """An event in the native envelope, about 640 bytes."""
    document = {
        "id": f"{rng.getrandbits(64):016x}",
        "time": BEGIN + number * 1000 // EVENTS_PER_SECOND,
        "model": MODEL,
        "version": VERSION,
        "features": values(rng),
        "prediction": round(rng.random(), 6),
        "latency": round(rng.expovariate(20), 6),
        "status": 200,
    }
    return json.dumps(document, separators=(",", ":")).encode()


def flat(number: int, rng: random.Random) -> bytes:
    """The same as flat JSON."""
    document = json.loads(native(number, rng))
    document |= document.pop("features")
    return json.dumps(document, separators=(",", ":")).encode()


def _sagemaker(number: int, rng: random.Random, encoding: str) -> bytes:
    features = values(rng)
    row = ",".join(map(str, features.values())) if encoding == "CSV" else json.dumps(features)
    answer = str(round(rng.random(), 6))
    answer = answer if encoding == "CSV" else json.dumps({"score": float(answer)})
    kind = "text/csv" if encoding == "CSV" else "application/json"

    def side(data: str, mode: str) -> dict[str, str]:
        return {"observedContentType": kind, "mode": mode, "data": data, "encoding": encoding}

    milliseconds = BEGIN + number * 1000 // EVENTS_PER_SECOND
    stamp = rfc3339(milliseconds)
    document = {
        "captureData": {"endpointInput": side(row, "INPUT"), "endpointOutput": side(answer, "OUTPUT")},
        "eventMetadata": {
            "eventId": f"{rng.getrandbits(128):032x}",
            "inferenceTime": stamp,
            "customAttributes": [f"model={MODEL}", f"version={VERSION}"],
        },
        "eventVersion": "0",
    }
    return json.dumps(document).encode()


def sagemaker_csv(number: int, rng: random.Random) -> bytes:
    """A SageMaker capture of one CSV row."""
    return _sagemaker(number, rng, "CSV")


def sagemaker_json(number: int, rng: random.Random) -> bytes:
    """A SageMaker capture of one JSON object."""
    return _sagemaker(number, rng, "JSON")


def sagemaker_base64(number: int, rng: random.Random) -> bytes:
    """A SageMaker capture of one CSV row behind BASE64."""
    document = json.loads(_sagemaker(number, rng, "CSV"))
    for side in document["captureData"].values():
        side["data"] = base64.b64encode(side["data"].encode()).decode()
        side["encoding"] = "BASE64"
    return json.dumps(document).encode()


FORMATS = {
    "native": native,
    "flat JSON": flat,
    "SageMaker CSV": sagemaker_csv,
    "SageMaker JSON": sagemaker_json,
    "SageMaker BASE64": sagemaker_base64,
}


@dataclass(frozen=True)
class Traffic:
    """What lies in a captures topic: so many events of a kind, so many a second of event time.

    ``key`` stands in for the event's own id as the record's key.
    """

    events: int
    make: Make = native
    format: str = "native"
    per_second: int = EVENTS_PER_SECOND
    key: bytes | None = None

    def records(self) -> Iterator[tuple[bytes, bytes]]:
        """Keys and values in order of event time."""
        for key, value in captures(self.events, make=self.make, per_second=self.per_second):
            yield self.key or key, value


def captures(
    count: int, seed: int = 1, make: Make = native, per_second: int = EVENTS_PER_SECOND
) -> Iterator[tuple[bytes, bytes]]:
    """Keys (the event's own id) and values of so many events, in order of event time, so many a second of it.

    A thousand events are made up; their ids and times are then written anew, which is quicker than making up a million.
    """
    rng = random.Random(seed)
    patterns = [_Pattern.of(make(0, rng)) for _ in range(1000)]
    for number in range(count):
        key = b"%016x" % (number * 0x9E3779B97F4A7C15 % 2**64)
        yield key, patterns[number % 1000].write(key, BEGIN + number * 1000 // per_second)


@dataclass(frozen=True)
class _Pattern:
    """A record without its id and its time."""

    id_first: bool
    numeric_time: bool
    parts: tuple[bytes, bytes, bytes]

    @classmethod
    def of(cls, record: bytes) -> _Pattern:
        name, time = _ID.search(record), _TIME.search(record)
        assert name is not None
        assert time is not None
        spans = sorted((name.span(1), time.span(1)))
        parts = record[: spans[0][0]], record[spans[0][1] : spans[1][0]], record[spans[1][1] :]
        return cls(name.start() < time.start(), not time[1].startswith(b'"'), parts)

    def write(self, name: bytes, milliseconds: int) -> bytes:
        """The record with this id and time."""
        stamp = b"%d" % milliseconds if self.numeric_time else b'"%b"' % rfc3339(milliseconds).encode()
        first, second = (name, stamp) if self.id_first else (stamp, name)
        head, middle, tail = self.parts
        return b"%b%b%b%b%b" % (head, first, middle, second, tail)


def fold_of(source: Source, position: int, decoding: Decoding, line_of: LineOf) -> SourceFold:
    """The fold of a source as a worker sets it up, a day before the first event."""
    return SourceFold(
        source,
        position,
        BEGIN - DAY_MS,
        settings=SourceSettings(10_000, 3_600_000),
        settings_of=lambda _model, _version: SETTINGS,
        line_of=line_of,
        decoding=decoding,
        recent=RecentIds(0),
    )


class Ground:
    """Decoding and folding as a worker sets them up, without Kafka, Faust or the log."""

    def __init__(self, topic: str, form: FormatName = "auto") -> None:
        """The baseline is in force since 1970."""
        self.log = LogState()
        known = baseline()
        record = BaselineInForce(MODEL, VERSION, known.id, pack_baseline(known), 0, PANE_MS, 0, Stamp("bench", 0))
        self.log.apply(0, record)
        shelf = BaselineShelf()
        shelf.learn(self.log)
        self.topic = topic
        self.decoding = Decoding(CaptureTopic(topic, form), shelf, self.log.line)

    def fold(self, partition: int, position: int) -> SourceFold:
        """The fold of one partition from a position on."""
        return fold_of(Source(self.topic, "", partition), position, self.decoding, self.log.line)
