import pytest

from driftline.drawing.figures import DASH, duration, moment, number, share


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, DASH), (0, "0"), (12, "12"), (999.6, "1e+03"), (1000.4, "1 000"), (-0.000123, "-0.000123"), (0.1, "0.1")],
)
def test_numbers(value: float | None, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(("value", "text"), [(1.0, "100 %"), (0.99999, "99.9 %"), (0.0, "0 %"), (0.5, "50 %")])
def test_only_all_of_it_is_a_hundred_per_cent(value: float, text: str) -> None:
    assert share(value) == text


def test_times_no_calendar_has_are_a_dash() -> None:
    assert moment(-(2**62)) == moment(2**62) == moment(None) == DASH


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [(None, DASH), (-5, "0s"), (999, "0s"), (61_000, "1m 1s"), (3_600_000, "1h"), (90_061_000, "1d 1h")],
)
def test_durations(milliseconds: int | None, text: str) -> None:
    assert duration(milliseconds) == text
