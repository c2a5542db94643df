"""A baseline that no record of the log can hold is refused where it is published, and told by workers that meet one anyway."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from driftline.agents.baselines import _record
from driftline.agents.counters import Counters
from driftline.broker.baselines import publish_baseline
from driftline.engine import baselines
from driftline.engine.baselines import pack_baseline, pack_for_log, unpack_baseline
from driftline.errors import BaselineError
from support.replayed import baseline

BASELINE = baseline("churn", 1)


@pytest.fixture(autouse=True)
def narrow(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Room for a byte less than the baseline needs, or for just as many."""
    spare = 0 if "fits" in request.node.name else 1
    monkeypatch.setattr(baselines, "CONTENT_BYTES", len(pack_baseline(BASELINE)) - spare)


def context() -> SimpleNamespace:
    return SimpleNamespace(
        counters=Counters(), model_settings=lambda *_: SimpleNamespace(pane_ms=10_000), stamps=lambda: ()
    )


def test_one_that_fits_is_announced_whole() -> None:
    record = _record(context(), BASELINE, 7)  # type: ignore[arg-type] # all that is asked of one
    assert record is not None
    assert unpack_baseline(record.content) == BASELINE


def test_one_that_is_too_wide_is_counted_and_left_out(caplog: pytest.LogCaptureFixture) -> None:
    there = context()
    assert _record(there, BASELINE, 7) is None  # type: ignore[arg-type] # as above
    assert there.counters.reasons["baseline_record"] == 1
    assert BASELINE.id in caplog.text


def test_publishing_it_is_refused_before_kafka_is_asked() -> None:
    with pytest.raises(BaselineError, match="fit a record of the log: leave out some of its"):
        publish_baseline(SimpleNamespace(), BASELINE)  # type: ignore[arg-type] # no client is made


def test_the_reason_names_the_sizes() -> None:
    with pytest.raises(BaselineError, match=rf"takes {len(pack_baseline(BASELINE)):,} bytes"):
        pack_for_log(BASELINE)
