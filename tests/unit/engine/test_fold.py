"""What a flush says does not depend on how the records were batched, or on when rows that waited were folded."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator

import msgspec
import pytest

from driftline.baseline.constraints import Constraints
from driftline.baseline.kinds import Kind
from driftline.baseline.model import Baseline
from driftline.baseline.sagemaker.rules import FeatureRules, MonitorRules
from driftline.contracts.capture import CaptureTopic, RawBatch, Reject
from driftline.contracts.log import BaselineInForce, Source, Stamp
from driftline.engine import draft, fold
from driftline.engine.baselines import BaselineShelf, Decoding, pack_baseline
from driftline.engine.dedupe import RecentIds
from driftline.engine.draft import Draft
from driftline.engine.fold import SourceFold
from driftline.engine.ledger import LogState
from driftline.engine.settings import ModelSettings, SourceSettings
from driftline.windows.spec import WindowSpec
from support.judged import numeric

START = 1_714_564_800_000
MODELS = ("a", "b", "c", "watched")
RULES = MonitorRules(features=(FeatureRules("x", Kind.FRACTIONAL), FeatureRules("y", Kind.INTEGRAL)))
SETTINGS = ModelSettings(10_000, (WindowSpec.parse("1m"),), dedupe=50)
RECORDS = 600


def source_fold() -> SourceFold:
    """Of four models, each with a baseline of two numbers; one of them is judged as Model Monitor would."""
    log = LogState()
    for place, model in enumerate(MODELS):
        columns = tuple(numeric(name, [float(value % 10) for value in range(100)]) for name in ("x", "y"))
        known = Baseline.build(
            model=model,
            version="1",
            rows=100,
            columns=columns,
            constraints=Constraints(),
            monitor=RULES if model == "watched" else None,
        )
        entry = BaselineInForce(model, "1", known.id, pack_baseline(known), 0, 10_000, place, Stamp("t", place))
        log.apply(place, entry)
    shelf = BaselineShelf()
    shelf.learn(log)
    return SourceFold(
        Source("captures", "", 0),
        0,
        START,
        settings=SourceSettings(5_000, 60_000),
        settings_of=lambda _model, _version: SETTINGS,
        line_of=log.line,
        decoding=Decoding(CaptureTopic("captures"), shelf, log.line),
        recent=RecentIds(50),
    )


def record(rng: random.Random, number: int) -> bytes | None:
    """Mostly fine; some late, from the future, seen before, of several rows, with unknown columns, unreadable or empty."""
    if rng.random() < 0.05:
        return rng.choice([None, b"{", b"[]", b'{"model":"a"}'])
    time = START + number * 100 + rng.choice([0, 0, 0, 0, -30_000, 200_000])
    if rng.random() < 0.3:
        return request(rng, time, str(number - rng.choice([0, 0, 20, 80])))
    features = {"x": rng.random() * 10, "y": rng.choice([1, None, "text", 1e300])}
    if rng.random() < 0.1:
        features["z"] = "unknown"
    capture = {"id": str(number - rng.choice([0, 0, 20, 80])), "time": time, "version": "1", "features": features}
    captures = [capture | {"model": rng.choice(MODELS[:3])} for _ in range(rng.choice([1, 1, 1, 3]))]
    return json.dumps(captures if len(captures) > 1 else captures[0]).encode()


def request(rng: random.Random, time: int, event_id: str) -> bytes:
    """A SageMaker capture: some with types of another spelling, some too wide, some of several rows, some by name."""
    rows = [
        [str(rng.random()), rng.choice(["3", "3", "3.0", "x", ""])] + ["7"] * (rng.random() < 0.1) for _ in range(3)
    ]
    rows = rows[: rng.choice([1, 1, 1, 3])]
    named = [{"y": 3.0, "new": 1}, {"x": 1, "y": 2}][: rng.choice([1, 2])]
    lines = "\n".join(",".join(row) for row in rows)
    side = rng.choice([{"data": lines, "encoding": "CSV"}] * 3 + [{"data": json.dumps(named), "encoding": "JSON"}])
    metadata = {"inferenceTime": time, "eventId": event_id, "customAttributes": ["model=watched,version=1"]}
    return json.dumps({"captureData": {"endpointInput": side}, "eventMetadata": metadata}).encode()


def batches(size: int) -> Iterator[RawBatch]:
    """The same records, every tenth offset left out, so many at a time."""
    rng = random.Random(11)
    records = [(number, record(rng, number)) for number in range(RECORDS) if number % 10]
    for start in range(0, len(records), size):
        part = records[start : start + size]
        offsets, values = [offset for offset, _ in part], [value for _, value in part]
        yield RawBatch("captures", 0, offsets, values, [None] * len(part), [None] * len(part), [START] * len(part))


def folded(size: int) -> tuple[Draft, list[Reject]]:
    """What one flush says of all records."""
    onto, rejects = source_fold(), list[Reject]()
    for batch in batches(size):
        rejects += onto.fold(batch, START + 60_000)
    return onto.take(), rejects


WHOLE, LETTERS = folded(RECORDS)


def test_the_records_are_of_every_kind() -> None:
    counts = msgspec.to_builtins(WHOLE.records)
    assert all(counts), counts
    assert WHOLE.records.total() == RECORDS
    assert {"late", "future"} <= {reject.reason for reject in LETTERS}
    assert {pane.model for pane in WHOLE.panes} == set(MODELS)
    assert sum(pane.rows for pane in WHOLE.panes) == WHOLE.rows.accepted
    widths = [dict(pane.statistics["widths"]["counts"]) for pane in WHOLE.panes if pane.model == "watched"]
    assert {width for counts in widths for width in counts} == {2, 3}
    assert not any("widths" in pane.statistics for pane in WHOLE.panes if pane.model != "watched")


@pytest.mark.parametrize("size", [1, 7, 100])
@pytest.mark.parametrize(("rows", "values"), [(1, 0), (5, 2**19), (256, 40), (10**6, 2**19)])
def test_batches_and_waiting_change_nothing(size: int, rows: int, values: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draft, "FOLDED_ROWS", rows)
    monkeypatch.setattr(fold, "WAITING_VALUES", values)
    again, letters = folded(size)
    assert msgspec.msgpack.encode(vars(again)) == msgspec.msgpack.encode(vars(WHOLE))
    assert letters == LETTERS
