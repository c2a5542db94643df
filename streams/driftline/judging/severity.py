"""How loud a breach is: one numbered rule after the other, the first that fits decides.

0. what the configuration says of the check,
1. WATCH is info,
2. a missing column, a moved prediction: critical,
3. wrong types in more than half of the values: critical,
4. no traffic where there used to be some: critical,
5. a third or more of the features violated in the same window: critical,
6. all else: warning.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from driftline.judging.states import Reading, State

MOST_ROWS: Final = 0.5
"""Share of mistyped values from which on the column as a whole is broken (chosen, because it says "most")."""

MANY_FEATURES: Final = 1 / 3
"""Share of the features from which on the cause is the model's whole input rather than a column."""

ALWAYS_CRITICAL: Final = frozenset({"missing_column_check", "prediction_drift_check"})


class Severity(enum.StrEnum):
    """How loud: info < warning < critical."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


@dataclass(frozen=True)
class SeverityPolicy:
    """The user's word over the rules: check name -> severity."""

    overrides: Mapping[str, Severity] = field(default_factory=dict)


RULES_ONLY: Final = SeverityPolicy()
"""No overrides."""


def severity_of(reading: Reading, violated_share: float, policy: SeverityPolicy = RULES_ONLY) -> Severity:
    """Severity of ``reading`` in a window where ``violated_share`` (0..1) of the features are violated."""
    if reading.check in policy.overrides:
        return policy.overrides[reading.check]
    if reading.state is State.WATCH:
        return Severity.INFO
    return Severity.CRITICAL if _is_critical(reading, violated_share) else Severity.WARNING


def _is_critical(reading: Reading, violated_share: float) -> bool:
    observed = reading.observed
    return (
        reading.check in ALWAYS_CRITICAL
        or (reading.check == "data_type_check" and observed is not None and observed > MOST_ROWS)
        or (reading.check == "volume_check" and observed == 0)
        or violated_share >= MANY_FEATURES
    )


def violated_share(readings: tuple[Reading, ...], features: frozenset[str]) -> float:
    """Share (0..1) of ``features`` with at least one VIOLATED reading; 0.0 of no features."""
    hit = {reading.feature for reading in readings if reading.state is State.VIOLATED and reading.feature in features}
    return len(hit) / len(features) if features else 0.0
