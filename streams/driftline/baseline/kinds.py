"""Kinds: of which type the values of a column are."""

from __future__ import annotations

import enum


class Kind(enum.StrEnum):
    """Type of a column's values: whole numbers, numbers, text, true/false; Unknown when no value was present."""

    INTEGRAL = "Integral"
    FRACTIONAL = "Fractional"
    STRING = "String"
    BOOLEAN = "Boolean"
    UNKNOWN = "Unknown"

    @property
    def is_numeric(self) -> bool:
        """Whether the values have moments and edges (else they have categories, or nothing)."""
        return self in {Kind.INTEGRAL, Kind.FRACTIONAL}
