"""What a baseline tells the decoder: which columns are folded where, and what the others are for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from driftline.baseline.layout import layout_of
from driftline.baseline.model import Baseline, Kind, Role
from driftline.baseline.sagemaker.rules import MonitorRules
from driftline.stats.columns import MISSING, MISTYPED, UNSEEN
from driftline.stats.layout import Layout

MISTYPED_VALUE = object()
"""Stands in a column of categories for a value of another type."""
_BOOLEANS = {"true": True, "false": False}


class Codebook(dict[object, int]):
    """Codes of the values of one column of categories; a value that the baseline does not know is UNSEEN.

    A boolean column has True and False as keys where the layout has "true" and "false".
    """

    def __init__(self, codes: Mapping[str, int], *, boolean: bool) -> None:
        """The known values, None and the mark of a mistyped value."""
        super().__init__()
        for text, code in codes.items():
            self[_BOOLEANS.get(text, text) if boolean else text] = code
        self[None] = MISSING
        self[MISTYPED_VALUE] = MISTYPED

    def __missing__(self, value: object) -> int:
        """Not stored: memory must not grow with what traffic holds."""
        return UNSEEN


@dataclass(frozen=True, eq=False)
class Schema:
    """Columns of one baseline as a decoder needs them; immutable, made once per baseline.

    ``monitor`` is there if the baseline is judged as Model Monitor would: then the text of a value tells its type, and rows are
    told apart by how many columns they have.
    """

    model: str
    version: str
    baseline: str
    layout: Layout
    roles: Mapping[str, Role]
    kinds: Mapping[str, Kind]
    monitor: MonitorRules | None = None

    @classmethod
    def of(cls, baseline: Baseline, layout: Layout | None = None) -> Schema:
        """The schema of a baseline; ``layout`` if it is already at hand."""
        return cls(
            baseline.model,
            baseline.version,
            baseline.id,
            layout or layout_of(baseline),
            {column.name: column.role for column in baseline.columns},
            {column.name: column.kind for column in baseline.columns},
            baseline.monitor,
        )

    def with_role(self, *roles: Role) -> tuple[str, ...]:
        """Names of the columns of these roles, in the order of the data."""
        return tuple(name for name, role in self.roles.items() if role in roles)

    @cached_property
    def features(self) -> tuple[str, ...]:
        """Names of the features in the order of the data."""
        return self.with_role(Role.FEATURE)

    @cached_property
    def predictions(self) -> tuple[str, ...]:
        """Names of the prediction columns in the order of the data."""
        return self.with_role(Role.PREDICTION)

    @cached_property
    def numeric_at(self) -> dict[str, int]:
        """Place of each number column in the layout."""
        return {name: place for place, name in enumerate(self.layout.numeric)}

    @cached_property
    def category_at(self) -> dict[str, int]:
        """Place of each column of categories in the layout."""
        return {name: place for place, name in enumerate(self.layout.categorical)}

    @cached_property
    def codebooks(self) -> tuple[Codebook, ...]:
        """One per column of categories."""
        pairs = zip(self.layout.categorical, self.layout.code_of, strict=True)
        return tuple(Codebook(codes, boolean=self.is_boolean(name)) for name, codes in pairs)

    @cached_property
    def places(self) -> dict[str, tuple[int, bool | None]]:
        """Where each watched column lies in the layout, and for one of categories whether it is boolean (None: a number)."""
        numeric: dict[str, tuple[int, bool | None]] = {name: (at, None) for name, at in self.numeric_at.items()}
        return numeric | {name: (at, self.is_boolean(name)) for name, at in self.category_at.items()}

    def is_boolean(self, name: str) -> bool:
        """Whether the values of a column are true and false; Model Monitor has no such type."""
        return self.monitor is None and self.kinds.get(name) is Kind.BOOLEAN

    @cached_property
    def positions(self) -> tuple[str, ...]:
        """Names of the columns that come by position, where Model Monitor's rules are in force."""
        return self.monitor.names if self.monitor else ()

    @cached_property
    def whole(self) -> frozenset[str]:
        """Columns in which Model Monitor's rules demand whole numbers."""
        features = self.monitor.features if self.monitor else ()
        return frozenset(feature.name for feature in features if feature.inferred_type is Kind.INTEGRAL)


def category_text(value: object) -> str:
    """A category that the baseline does not know, as it is hashed.

    >>> category_text(True), category_text("a")
    ('true', 'a')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
