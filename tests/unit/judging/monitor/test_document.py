"""docs/sagemaker.md says of verdicts what the program does."""

import re
from pathlib import Path

import pytest

from driftline.judging.monitor.report import violations_file
from support.monitor_golden import CASES, baseline_of, case_of
from support.monitor_rows import lines_of

TEXT = (Path(__file__).parents[4] / "docs" / "sagemaker.md").read_text()
QUOTED = [
    "missing_columns",
    "several_of_one_feature",
    "domains",
]


def test_the_report_that_is_shown_is_the_one_that_is_written() -> None:
    lines = lines_of(baseline_of("several_of_one_feature"), case_of("several_of_one_feature")["rows"])
    assert f"```json\n{violations_file(lines).decode()}\n```" in TEXT


@pytest.mark.parametrize("name", QUOTED)
def test_descriptions_are_quoted_word_for_word(name: str) -> None:
    for line in lines_of(baseline_of(name), case_of(name)["rows"]):
        assert line.description in TEXT


def test_every_check_that_model_monitor_has_is_told() -> None:
    checks = {entry["constraint_check_type"] for name in CASES for entry in case_of(name)["violations"]}
    assert checks == set(re.findall(r"^\| `(\w+_check)` \|", TEXT, re.MULTILINE))
