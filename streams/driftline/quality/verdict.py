"""What a check found: the entries of ``constraint_violations.json``, and what could not be judged, with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from driftline.baseline.sagemaker.document import SageMakerDocument

Entry = Mapping[str, str]
"""One violation, keys in Model Monitor's order."""


@dataclass(frozen=True)
class Verdict:
    """Violations in the order of the constraints; ``unknown`` are sentences, one for each thing that was not judged."""

    entries: tuple[Entry, ...] = ()
    unknown: tuple[str, ...] = ()
    judged: int = 0
    """Limits that a value was held to."""

    @property
    def state(self) -> str:
        """``VIOLATED``, ``OK``, or ``UNKNOWN`` where nothing could be judged."""
        return "VIOLATED" if self.entries else "OK" if self.judged else "UNKNOWN"

    def __add__(self, other: Verdict) -> Verdict:
        """Both, one after the other."""
        return Verdict(self.entries + other.entries, self.unknown + other.unknown, self.judged + other.judged)


def violations_document(entries: tuple[Entry, ...]) -> SageMakerDocument:
    """``constraint_violations.json`` of a model quality run, in Model Monitor's layout."""
    return SageMakerDocument.of("constraint_violations.json", {"violations": [dict(entry) for entry in entries]})
