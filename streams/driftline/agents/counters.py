"""Counts of what this worker refused, by reason; the ledger itself is in the log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from driftline.contracts.capture import Reject


@dataclass
class Counters:
    """Rejects by reason since the start, not all of which need have been counted by the log yet."""

    reasons: Counter[str] = field(default_factory=Counter)

    def rejected(self, rejects: Iterable[Reject]) -> None:
        """Count dead letters."""
        self.reasons.update(reject.reason for reject in rejects)
