from __future__ import annotations

import numpy as np
import pytest

from driftline.stats.columns import CLIENT_ERROR, SERVER_ERROR, STATUS_OK, Columns
from driftline.stats.operations import LATENCY_EDGES, Operations
from support.batches import layout_of

LAYOUT = layout_of(numeric=0, categories=())


def calls(rows: int, **arrays: object) -> Columns:
    columns = Columns.blank(LAYOUT, rows)
    for name, values in arrays.items():
        getattr(columns, name)[:] = values
    return columns


def test_a_request_of_many_rows_counts_once_with_its_first_row() -> None:
    operations = Operations()
    batch = calls(
        4,
        first=[True, False, False, True],
        error=[False, True, True, True],
        status=[STATUS_OK, CLIENT_ERROR, CLIENT_ERROR, SERVER_ERROR],
        latency=[0.2, 9.0, 9.0, 0.3],
    )
    operations.update(batch)
    assert (operations.rows, operations.requests, operations.errors) == (4, 2, 1)
    assert operations.status.tolist() == [0, 1, 0, 1, 0]
    assert operations.latency_sum == 0.5
    assert operations.latency_max == 0.3


def test_latency_edges_are_inclusive_and_hold_those_of_the_usual_alerts() -> None:
    assert {0.5, 1.0} <= set(LATENCY_EDGES)
    operations = Operations()
    operations.update(calls(5, latency=[0.0, 0.5, np.nextafter(0.5, 1), 60.0, 61.0]))
    counts = operations.latency_counts.tolist()
    assert counts[0] == 1
    assert counts[LATENCY_EDGES.index(0.5)] == 1
    assert counts[LATENCY_EDGES.index(1.0)] == 1
    assert counts[-2:] == [1, 1]


def test_without_latencies_there_is_no_longest() -> None:
    operations = Operations()
    operations.update(calls(3))
    assert operations.latency_max is None
    assert operations.latency_sum == 0.0
    assert Operations.from_state(operations.to_state()).latency_max is None


def test_a_latency_of_nought_is_one() -> None:
    operations = Operations()
    operations.update(calls(1, latency=0.0))
    assert operations.latency_max == 0.0
    assert Operations.from_state(operations.to_state()).latency_max == 0.0


def test_entities_are_counted_once_and_none_is_none() -> None:
    operations = Operations()
    operations.update(calls(6, entity=[0, 1, 2, 2, 0, 3]))
    assert operations.entities() == 3


def test_a_clock_gone_wrong_does_not_overflow_the_sum() -> None:
    operations = Operations()
    operations.update(calls(2, latency=1e300))
    assert operations.latency_sum == pytest.approx(2e6)
