"""Schedules and statistics of windows, as tests of schedules need them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from driftline.contracts.control import Schedule
from driftline.contracts.statistics import WindowStatistics, decode_statistics
from driftline.contracts.violation import SageMakerLine, Window
from driftline.durations import parse_duration
from driftline.schedules.changes import new_schedule

HOUR = 3_600_000
NOON = 1_777_636_800_000
"""2026-05-01T12:00:00Z."""

EXAMPLE = Path(__file__).resolve().parents[2] / "schemas" / "examples" / "statistics.v1.json"


def hourly(**fields: Any) -> Schedule:  # noqa: ANN401 - of the wire type
    """A schedule of churn/1 by the hour, made at noon."""
    given = {"model": "churn", "version": "1", "expression": "cron(0 * ? * * *)"} | fields
    return new_schedule("churn-hourly", NOON, **given)


def lines(count: int) -> tuple[SageMakerLine, ...]:
    """Entries of ``constraint_violations.json``."""
    return tuple(
        SageMakerLine(
            feature_name=f"f{number}",
            constraint_check_type="completeness_check",
            description="Value: 0.0 does not meet the constraint requirement! ",
        )
        for number in range(count)
    )


def window_of(end: int, *, label: str = "1h", violations: int = 0, **fields: Any) -> WindowStatistics:  # noqa: ANN401 - of the wire type
    """The final statistics of a window of churn/1 that ends then."""
    length = parse_duration(label.partition("/")[0])
    given = {
        "model": "churn",
        "version": "1",
        "window": Window(label=label, start=end - length, end=end),
        "state": "VIOLATED" if violations else "OK",
        "sagemaker": lines(violations),
    } | fields
    return msgspec.structs.replace(decode_statistics(EXAMPLE.read_bytes()), **given)
