"""The line that SageMaker Model Monitor would have written into ``constraint_violations.json`` for a reading.

The texts are Model Monitor's own where it has the check; checks that are ours use its general form. Trailing spaces are as
observed. Numbers are those of driftline's two-gated reading.
"""

from __future__ import annotations

from driftline.contracts.violation import SageMakerLine
from driftline.judging.rules_columns import CATEGORIES, DATA_TYPE, MISSING
from driftline.judging.rules_drift import BASELINE_DRIFT, PREDICTION_DRIFT
from driftline.judging.rules_model import EXTRA
from driftline.judging.states import Reading


def sagemaker_line(reading: Reading, kind: str, columns: int, current: int) -> SageMakerLine:
    """``kind`` is the baseline's type of the column; ``columns`` and ``current`` count columns of baseline and window."""
    if reading.check in {MISSING, EXTRA}:
        word = "missing" if reading.check == MISSING else "extra"
        text = (
            f"There are {word} columns in current dataset. Number of columns in current dataset: {current}, "
            f"Number of columns in baseline constraints: {columns}"
        )
        return SageMakerLine(
            feature_name=f"{word.capitalize()} columns", constraint_check_type=reading.check, description=text
        )
    return SageMakerLine(
        feature_name=reading.feature, constraint_check_type=reading.check, description=_description(reading, kind)
    )


def _description(reading: Reading, kind: str) -> str:
    observed, limit = reading.observed, reading.limit
    if reading.check == DATA_TYPE and observed is not None and limit is not None:
        return (
            f"Data type match requirement is not met. Expected data type: {kind}, Expected match: {_percent(1.0 - limit)}%. "
            f"Observed: Only {_percent(1.0 - observed)}% of data is {kind}."
        )
    if reading.check in {BASELINE_DRIFT, PREDICTION_DRIFT}:
        return f"Baseline drift distance: {observed} exceeds threshold: {limit}"
    if reading.check == CATEGORIES and observed is not None:
        observed = 1.0 - observed  # Model Monitor tells the share inside the domain
    return f"Value: {observed} does not meet the constraint requirement! "


def _percent(share: float) -> float:
    """A share as percent, without the dust of binary fractions."""
    return round(share * 100.0, 10)
