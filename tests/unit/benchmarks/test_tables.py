"""What the benchmarks print is what the runs were."""

import json
import math
from dataclasses import dataclass

import pytest
from tables import cheaper_by_cpu, faster_by_clock, json_line, middle, table


@dataclass(frozen=True)
class Took:
    wall_us: float
    cpu_us: float


def test_a_ratio_is_the_median_of_the_rounds_own_and_not_the_ratio_of_medians() -> None:
    mine = [Took(1.0, 1.0), Took(10.0, 2.0), Took(100.0, 3.0)]
    its = [Took(20.0, 5.0), Took(20.0, 2.0), Took(400.0, 3.0)]
    assert faster_by_clock(mine, its) == 4.0  # of 20, 2 and 4; the medians' ratio would be 2
    assert cheaper_by_cpu(mine, its) == 1.0  # of 5, 1 and 1


def test_more_than_one_means_faster_and_the_other_way_round_is_the_inverse() -> None:
    quick, slow = [Took(2.0, 1.0)], [Took(8.0, 3.0)]
    assert faster_by_clock(quick, slow) == 4.0
    assert faster_by_clock(slow, quick) == 0.25


def test_rounds_are_compared_one_with_one() -> None:
    with pytest.raises(ValueError, match="shorter"):
        faster_by_clock([Took(1.0, 1.0)] * 2, [Took(1.0, 1.0)])


def test_nothing_measured_is_not_a_number_and_null_in_json() -> None:
    assert math.isnan(middle([]))
    assert json_line({"a": middle([]), "b": {"c": math.inf}}) == '{"a": null, "b": {"c": null}}'


def test_figures_keep_four_digits_and_counts_all_of_them() -> None:
    line = json_line({"ratio": 0.912345, "rate": 265_432.1, "windows": 123_456, "skipped": "no Java"})
    assert json.loads(line) == {"ratio": 0.9123, "rate": 265_400.0, "windows": 123_456, "skipped": "no Java"}
    assert "\n" not in line


def test_a_table_lines_up_names_to_the_left_figures_to_the_right() -> None:
    assert table(("", "events/s"), [("bare", "1,000"), ("a worker", "20")]).splitlines() == [
        "          events/s",
        "bare         1,000",
        "a worker        20",
    ]
