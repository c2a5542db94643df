"""The quick benchmark keeps to its five minutes."""

import pytest
from bench_quick import AFTER_SECONDS, BUDGET_SECONDS, worth_another


@pytest.mark.parametrize(
    ("passed", "a_round", "wanted"),
    [(100.0, 60.0, True), (170.0, 60.0, False), (100.0, 150.0, False), (BUDGET_SECONDS - AFTER_SECONDS, 0.0, False)],
)
def test_a_round_begins_only_when_the_rest_still_fits(passed: float, a_round: float, wanted: bool) -> None:
    assert worth_another(passed, a_round) is wanted
