"""The entries of Model Monitor's ``constraint_violations.json``, word for word, trailing space included.

The wording of five of the six is that of files of real runs; of ``baseline_drift_check`` it is what AWS's own programs parse,
``distance: (.+) exceeds threshold: (.+)``. Numbers are written as Java does.
"""

from __future__ import annotations

from collections.abc import Iterable

from driftline.baseline.sagemaker.rules import MonitorRules
from driftline.baseline.sagemaker.text import java_double
from driftline.contracts.violation import SageMakerLine
from driftline.judging.monitor.rules import THRESHOLD, VALUE
from driftline.judging.rules_columns import DATA_TYPE, MISSING
from driftline.judging.rules_drift import BASELINE_DRIFT
from driftline.judging.rules_model import EXTRA
from driftline.judging.states import Reading, State


def monitor_lines(readings: Iterable[Reading], rules: MonitorRules) -> tuple[SageMakerLine, ...]:
    """The entries of a window: one for each violated check, in the order of the readings."""
    return tuple(monitor_line(reading, rules) for reading in readings if reading.state is State.VIOLATED)


def monitor_line(reading: Reading, rules: MonitorRules) -> SageMakerLine:
    """The entry of one reading. If it is not violated there is none, and this is what it would say of the numbers seen."""
    if reading.check in {MISSING, EXTRA}:
        word = "missing" if reading.check == MISSING else "extra"
        return SageMakerLine(
            feature_name=f"{word.capitalize()} columns",
            constraint_check_type=reading.check,
            description=_columns(word, reading, rules),
        )
    return SageMakerLine(
        feature_name=reading.feature,
        constraint_check_type=reading.check,
        description=_description(reading, rules) if VALUE in reading.details else _own(reading),
    )


def _own(reading: Reading) -> str:
    """Of a check of the user's own, which says in its own words what is wrong; of ours, when they are not violated, nothing."""
    return reading.reason if reading.state is State.VIOLATED else ""


def _columns(word: str, reading: Reading, rules: MonitorRules) -> str:
    expected = len(rules.features)
    current = expected if reading.observed is None else round(reading.observed)
    return (
        f"There are {word} columns in current dataset. Number of columns in current dataset: {current}, "
        f"Number of columns in baseline constraints: {expected}"
    )


def _description(reading: Reading, rules: MonitorRules) -> str:
    value, threshold = reading.details[VALUE], reading.details[THRESHOLD]
    if reading.check == DATA_TYPE:
        feature = rules.rules_of(reading.feature)
        kind = "Unknown" if feature is None else feature.inferred_type.value
        return (
            f"Data type match requirement is not met. Expected data type: {kind}, "
            f"Expected match: {java_double(threshold * 100.0)}%. "
            f"Observed: Only {java_double(value * 100.0)}% of data is {kind}."
        )
    if reading.check == BASELINE_DRIFT:
        return f"Baseline drift distance: {java_double(value)} exceeds threshold: {java_double(threshold)}"
    return f"Value: {java_double(value)} does not meet the constraint requirement! "
