"""A rate is read between flushes of a worker that has got going."""

import pytest
from worker_run import Pace, between_flushes

PACE = Pace(flush_ms=1000, warm_seconds=2.0)


def test_the_start_and_the_last_flush_are_left_out() -> None:
    #         start ---- warm      counted: 300 + 300 in 2 s     the rest
    deltas = [(10.0, 5), (11.0, 100), (12.0, 300), (13.0, 300), (14.0, 300), (14.2, 7)]
    cpu = [(9.0, 0.0), (12.0, 2.0), (14.0, 3.0), (15.0, 9.0)]
    deltas.append((15.0, 50))
    run = between_flushes(deltas, cpu, PACE)
    assert (run.events, run.seconds, run.cpu) == (607, 2.0, 1.0)


def test_the_sources_of_one_flush_are_one() -> None:
    deltas = [(at + source / 100, 10) for at in range(6) for source in range(8)]
    run = between_flushes(deltas, [(0.0, 0.0), (6.0, 6.0)], PACE)
    assert run.events == 2 * 80
    assert run.seconds == pytest.approx(2.0)
    assert run.rate == pytest.approx(80.0)
    assert run.cpu == pytest.approx(2.0)


def test_too_few_flushes_are_no_rate() -> None:
    with pytest.raises(AssertionError, match="too few events"):
        between_flushes([(0.0, 1), (1.0, 1), (2.0, 1), (3.0, 1)], [(0.0, 0.0), (3.0, 1.0)], PACE)
