from __future__ import annotations

import pytest

from support.kafka_ran import verdict

RAN = '<testcase classname="tests.kafka.test_broker" name="a" />'
SKIPPED = '<testcase classname="tests.kafka.test_broker" name="b"><skipped message="no java" /></testcase>'
FAULT = '<testcase classname="tests.faults.test_workers" name="a" />'
OTHER = '<testcase classname="tests.unit.x" name="c"><skipped message="no data" /></testcase>'


@pytest.mark.parametrize(
    ("cases", "expected"),
    [
        (RAN + FAULT + OTHER, None),
        (RAN + OTHER, "no test of tests.faults ran"),
        (OTHER, "no test of tests.kafka ran"),
        ("", "no test of tests.kafka ran"),
        (RAN + SKIPPED, "1 of 2 tests of tests.kafka were skipped: tests.kafka.test_broker::b"),
    ],
)
def test_the_suite_counts_only_when_all_of_it_ran(cases: str, expected: str | None) -> None:
    assert verdict(f"<testsuites><testsuite>{cases}</testsuite></testsuites>") == expected
