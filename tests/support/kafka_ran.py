"""Says whether the tests on a real Kafka ran: `python tests/support/kafka_ran.py junit.xml`; exit code 1 if any did not."""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ET
from pathlib import Path

FOLDERS = ("tests.kafka", "tests.faults")


def verdict(report: str) -> str | None:
    """What is wrong, or None: each folder must have such tests, and none of them may have been skipped."""
    root = ET.fromstring(report)  # noqa: S314 - our own test run wrote it
    for folder in FOLDERS:
        cases = [case for case in root.iter("testcase") if case.get("classname", "").startswith(folder)]
        if not cases:
            return f"no test of {folder} ran"
        skipped = [f"{case.get('classname')}::{case.get('name')}" for case in cases if case.find("skipped") is not None]
        if skipped:
            return f"{len(skipped)} of {len(cases)} tests of {folder} were skipped: {', '.join(skipped[:5])}"
    return None


if __name__ == "__main__":
    fault = verdict(Path(sys.argv[1]).read_text())
    print(fault or "the tests on a real Kafka ran, none was skipped")
    sys.exit(1 if fault else 0)
