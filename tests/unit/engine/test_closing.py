"""The windows of many models that end at one moment are judged piece by piece, and nothing else may come in between."""

from __future__ import annotations

import pytest

from driftline.baseline.constraints import Constraints
from driftline.baseline.model import Baseline
from driftline.contracts.log import Idle, Stamp
from driftline.engine.settings import ModelSettings, SourceSettings
from driftline.errors import ProtocolError
from driftline.windows.spec import WindowSpec
from support.in_memory import Job
from support.judged import numeric

START = 1_714_564_800_000
MODELS = ("a", "b", "c")


def played() -> tuple[Job, Idle]:
    """Rows of three models in one minute, and the record that ends it, not yet folded."""
    job = Job(1, SourceSettings(1_000, 3_600_000), ModelSettings(10_000, (WindowSpec.parse("1m"),)), now_ms=START)
    for model in MODELS:
        feature = numeric("x", [float(place % 10) for place in range(100)])
        job.announce(Baseline.build(model=model, version="1", rows=100, columns=(feature,), constraints=Constraints()))
    captures = [
        {"time": START + n, "model": MODELS[n % 3], "version": "1", "features": {"x": n % 10}} for n in range(300)
    ]
    job.produce(0, captures)
    job.read(0)
    job.flush(0)
    source, state = next(iter(job.log.living()))
    return job, Idle(source, state.token, state.position, START + 60_000, Stamp("test", 0))


def test_piece_by_piece_is_the_same_as_at_once() -> None:
    whole, record = played()
    pieces, _ = played()
    at = whole.log.next_offset
    at_once = whole.verdict.apply(at, record)
    counted, panes = pieces.verdict.fold(at, record)
    assert (counted, panes) == (at_once.counted, at_once.panes)
    assert list(pieces.verdict.closing()) == at_once.emitted
    assert [one.statistics.model for one in at_once.emitted] == list(MODELS)


def test_nothing_comes_between_the_windows_of_one_record() -> None:
    job, record = played()
    verdict, at = job.verdict, job.log.next_offset
    verdict.fold(at, record)
    closing = verdict.closing()
    for _ in range(2):
        assert not verdict.is_whole
        with pytest.raises(ProtocolError, match="must be told first"):
            verdict.fold(at + 1, record)
        with pytest.raises(ProtocolError, match="must be told first"):
            verdict.plan_snapshot(0)
        next(closing)
    assert len(list(closing)) == 1
    assert verdict.is_whole
    verdict.plan_snapshot(0)
    assert list(verdict.closing()) == []
