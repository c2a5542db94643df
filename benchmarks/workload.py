"""What the benchmarks read: one model of 20 numbers and 5 categories, its baseline, its captures in every format."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Iterator
from functools import cache

import pandas as pd

import driftline.baseline as baselines
from driftline.baseline.model import Baseline
from driftline.contracts.capture import CaptureTopic
from driftline.contracts.log import BaselineInForce, Source, Stamp
from driftline.engine.baselines import BaselineShelf, Decoding, pack_baseline
from driftline.engine.dedupe import RecentIds
from driftline.engine.fold import SourceFold
from driftline.engine.ledger import LogState
from driftline.engine.settings import ModelSettings, SourceSettings
from driftline.windows.spec import WindowSpec

MODEL, VERSION = "credit-risk", "7"
NUMERIC, CATEGORICAL = 20, 5
WORDS = ("north", "south", "east", "west", "centre", "abroad", "online", "unknown")
BEGIN = 1_714_564_800_000
EVENTS_PER_SECOND = 20_000
"""Of event time: a pane of ten seconds holds 200,000 events."""
PANE_MS = 10_000
WINDOWS = (60_000, 3_600_000, 86_400_000)
SETTINGS = ModelSettings(PANE_MS, tuple(WindowSpec(length, length) for length in WINDOWS))


def values(rng: random.Random) -> dict[str, float | str]:
    """The features of one event, with 6 decimals as they come out of a feature store."""
    row: dict[str, float | str] = {f"amount_{n:02d}": round(rng.gauss(n, 1 + n / 10), 6) for n in range(NUMERIC)}
    return row | {f"region_{n}": rng.choice(WORDS) for n in range(CATEGORICAL)}


@cache
def baseline() -> Baseline:
    """Of 20,000 rows; made once a process."""
    rng = random.Random(7)
    frame = pd.DataFrame([values(rng) | {"score": rng.random()} for _ in range(20_000)])
    roles = {"score": "prediction"}
    return baselines.create(frame, model=MODEL, version=VERSION, roles=roles, created="2024-05-01T00:00:00Z")


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
    stamp = pd.Timestamp(milliseconds, unit="ms", tz="UTC").isoformat(timespec="milliseconds").replace("+00:00", "Z")
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


def captures(count: int, seed: int = 1) -> Iterator[tuple[bytes, bytes]]:
    """Keys (the event's own id) and values of so many native events, in order of event time.

    A thousand events are made up; their ids and times are then written anew, which is quicker than making up a million.
    """
    rng = random.Random(seed)
    patterns = [native(0, rng).partition(b',"model"') for _ in range(1000)]
    for number in range(count):
        _, mark, rest = patterns[number % 1000]
        key = b"%016x" % (number * 0x9E3779B97F4A7C15 % 2**64)
        time = BEGIN + number * 1000 // EVENTS_PER_SECOND
        yield key, b'{"id":"%b","time":%d%b%b' % (key, time, mark, rest)


class Ground:
    """Decoding and folding as a worker sets them up, without Kafka, Faust or the log."""

    def __init__(self, topic: str) -> None:
        """The baseline is in force since 1970."""
        self.log = LogState()
        known = baseline()
        record = BaselineInForce(MODEL, VERSION, known.id, pack_baseline(known), 0, PANE_MS, 0, Stamp("bench", 0))
        self.log.apply(0, record)
        shelf = BaselineShelf()
        shelf.learn(self.log)
        self.topic = topic
        self.decoding = Decoding(CaptureTopic(topic), shelf, self.log.line)

    def fold(self, partition: int, position: int) -> SourceFold:
        """The fold of one partition from a position on."""
        return SourceFold(
            Source(self.topic, "", partition),
            position,
            BEGIN - 86_400_000,
            settings=SourceSettings(10_000, 3_600_000),
            settings_of=lambda _model, _version: SETTINGS,
            line_of=self.log.line,
            decoding=self.decoding,
            recent=RecentIds(0),
        )
