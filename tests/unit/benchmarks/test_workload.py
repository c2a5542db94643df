"""The benchmarks' records are what driftline reads, in every format."""

import json

import pytest
from workload import BEGIN, FORMATS, Ground, Traffic, rfc3339

from driftline.contracts.capture import RawBatch

NAMES = {"native": "native", "flat JSON": "flat"}


@pytest.mark.parametrize("name", FORMATS)
def test_every_record_is_accepted_at_its_own_time(name: str) -> None:
    traffic = Traffic(50, make=FORMATS[name], per_second=10)
    records = list(traffic.records())
    batch = RawBatch(
        "captures", 0, list(range(50)), [v for _, v in records], [k for k, _ in records], [None] * 50, [BEGIN] * 50
    )
    fold = Ground("captures", NAMES.get(name, "sagemaker")).fold(0, 0)
    assert not fold.fold(batch, BEGIN + 60_000)
    taken = fold.take()
    assert taken.rows.accepted == 50
    assert taken.watermark == BEGIN + 4_900 - 10_000


def test_ids_differ_and_keys_are_the_ids_unless_told() -> None:
    records = list(Traffic(2000).records())
    assert len({json.loads(value)["id"] for _, value in records}) == 2000
    assert all(json.loads(value)["id"] == key.decode() for key, value in records[::100])
    assert {key for key, _ in Traffic(5, key=b"all").records()} == {b"all"}


def test_times_are_written_as_sagemaker_does() -> None:
    assert rfc3339(1_714_564_801_007) == "2024-05-01T12:00:01.007Z"
