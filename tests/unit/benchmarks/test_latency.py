"""A violation's delay counts from the end of its window and the allowed lateness."""

import itertools
import json

import pytest
from bench_latency import LATENESS_MS, drifted, summed


def test_delays_of_all_violations_and_of_the_last_of_each_window() -> None:
    allowed = LATENESS_MS / 1000
    seen = [(5_000, 5.5 + allowed), (5_000, 6.0 + allowed), (10_000, 12.0 + allowed)]
    found = summed(seen)
    assert found.all == pytest.approx((0.5, 1.0, 2.0))
    assert found.last == pytest.approx((1.0, 2.0))
    assert found.median == pytest.approx(1.0)
    assert 1.9 < found.p99 <= 2.0


def test_drifted_captures_are_json_with_ids_of_their_own() -> None:
    captures = [json.loads(one) for one in itertools.islice(drifted(), 600)]
    assert len({one["id"] for one in captures}) == 600
    assert len(captures[0]["features"]) == 25
