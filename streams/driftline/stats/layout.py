"""Layout: onto what the rows of one model are folded. Frozen, made from the baseline, shared by all its profiles."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from driftline.stats.hashing import hash_texts
from driftline.stats.ranks import RankPlan

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

#: Steps of the fixed-point sums per baseline sigma: 2**20, a resolution of a millionth of a sigma.
STEPS: Final = 2.0**20
#: Edges from which on a column is wide. Chosen, because looking up so many in a batch costs more than looking up its values.
WIDE: Final = 512
#: Smallest and largest usable scale: beyond them STEPS / scale is no longer an ordinary float64.
_SCALE_RANGE: Final = (1e-290, 1e290)


@dataclass(frozen=True, eq=False)
class Layout:
    """The columns of a model, numeric ones first, and the grid that each is counted on.

    ``numeric``     K names of numeric columns, features and predictions alike
    ``edges``       K strictly increasing float64 arrays of at least one finite edge; E edges make the E + 1 half-open
                    bins (-inf, e0), [e0, e1) ... [e_last, inf)
    ``center``      (K,) the baseline's means: where the fixed-point sums have their nought
    ``scale``       (K,) the baseline's sigmas, > 0 (the maker of the layout replaces a sigma of nought)
    ``integral``    (K,) whether a value with a fraction is of the wrong type
    ``categorical`` C names of string and boolean columns
    ``categories``  C tuples of the values that the baseline knows; booleans are "false" and "true"
    ``low, high``   (K,) closed bounds that values are counted outside of; -inf and inf where there are none

    Two layouts are alike when their ``key`` is; only then do profiles merge. Raises ValueError naming the column.

    >>> layout = Layout(
    ...     numeric=("age",), edges=(np.array([0.0, 40.0, 80.0]),), center=np.array([40.0]), scale=np.array([20.0]),
    ...     integral=np.array([True]), categorical=("plan",), categories=(("free", "paid"),),
    ...     low=np.array([0.0]), high=np.array([120.0]))
    >>> layout.names, layout.bin_starts.tolist(), layout.category_starts.tolist()
    (('age', 'plan'), [0, 4], [0, 3])
    """

    numeric: tuple[str, ...]
    edges: tuple[Floats, ...]
    center: Floats
    scale: Floats
    integral: NDArray[np.bool_]
    categorical: tuple[str, ...]
    categories: tuple[tuple[str, ...], ...]
    low: Floats
    high: Floats

    def __post_init__(self) -> None:
        """Check everything once and make the arrays read-only."""
        for name in ("center", "scale", "low", "high"):
            object.__setattr__(self, name, _frozen(getattr(self, name), np.float64))
        object.__setattr__(self, "integral", _frozen(self.integral, np.bool_))
        object.__setattr__(self, "edges", tuple(_frozen(edges, np.float64) for edges in self.edges))
        self._check_shapes()
        for index, name in enumerate(self.numeric):
            self._check_numeric(index, name)
        for name, known in zip(self.categorical, self.categories, strict=True):
            if len(set(known)) != len(known):
                raise ValueError(f"layout: categories of {name!r} must differ from each other")

    @cached_property
    def key(self) -> str:
        """32 hex digits of a SHA-256 over the whole content: equal layouts, equal keys."""
        digest = hashlib.sha256()
        digest.update(repr((self.numeric, self.categorical, self.categories)).encode("utf-8", "surrogatepass"))
        for array in (*self.edges, self.center, self.scale, self.low, self.high):
            digest.update(array.size.to_bytes(8, "little") + array.astype("<f8").tobytes())
        digest.update(self.integral.tobytes())
        return digest.hexdigest()[:32]

    def is_like(self, other: Layout) -> bool:
        """Whether statistics under both layouts may be merged."""
        return self is other or self.key == other.key

    @cached_property
    def names(self) -> tuple[str, ...]:
        """All columns: K numeric, then C categorical."""
        return self.numeric + self.categorical

    @cached_property
    def index(self) -> dict[str, int]:
        """Name to position in :attr:`names`."""
        return {name: position for position, name in enumerate(self.names)}

    @cached_property
    def code_of(self) -> tuple[dict[str, int], ...]:
        """Per categorical column: value to code."""
        return tuple({value: code for code, value in enumerate(known)} for known in self.categories)

    @cached_property
    def bin_starts(self) -> Counts:
        """(K + 1,) where the bins of each numeric column start in the flat array of all bins."""
        return _starts([len(edges) + 1 for edges in self.edges])

    @cached_property
    def category_starts(self) -> Counts:
        """(C + 1,) where the counts of each categorical column start: its known values, then one for the unseen."""
        return _starts([len(known) + 1 for known in self.categories])

    @cached_property
    def category_hashes(self) -> NDArray[np.uint64]:
        """The hash of every known value in the flat order of :attr:`category_starts`; 0 in the place of the unseen."""
        flat = np.zeros(int(self.category_starts[-1]), dtype=np.uint64)
        for start, known in zip(self.category_starts.tolist(), self.categories, strict=False):
            flat[start : start + len(known)] = hash_texts(known)
        return flat

    @cached_property
    def category_columns(self) -> Counts:
        """The categorical column (0 .. C - 1) of every count in the flat order of :attr:`category_starts`."""
        return np.repeat(np.arange(len(self.categories)), np.diff(self.category_starts))

    @cached_property
    def wide(self) -> bool:
        """Whether any column has so many edges that its bins are counted value by value."""
        return any(len(edges) >= WIDE for edges in self.edges)

    @cached_property
    def rank_plan(self) -> RankPlan:
        """What is looked up in each sorted column; of a wide layout only the bounds."""
        edges = tuple(edges[:0] for edges in self.edges) if self.wide else self.edges
        return RankPlan.of(edges, self.low, self.high)

    @cached_property
    def steps_per_unit(self) -> Floats:
        """(K,) fixed-point steps per unit of the column: 2**20 / scale."""
        return STEPS / self.scale

    def _check_shapes(self) -> None:
        count = len(self.numeric)
        if len(self.edges) != count:
            raise ValueError(f"layout: edges must be {count} arrays, one a numeric column, got {len(self.edges)}")
        for name in ("center", "scale", "integral", "low", "high"):
            if getattr(self, name).shape != (count,):
                raise ValueError(f"layout: {name} must have shape ({count},), got {getattr(self, name).shape}")
        if len(self.categories) != len(self.categorical):
            raise ValueError(f"layout: categories must be {len(self.categorical)} tuples, got {len(self.categories)}")
        if len(set(self.names)) != len(self.names):
            raise ValueError("layout: column names must differ from each other")

    def _check_numeric(self, index: int, name: str) -> None:
        edges, scale = self.edges[index], float(self.scale[index])
        if edges.ndim != 1 or not edges.size or not np.isfinite(edges).all() or (np.diff(edges) <= 0).any():
            raise ValueError(f"layout: edges of {name!r} must be finite and strictly increasing, at least one")
        if not _SCALE_RANGE[0] <= scale <= _SCALE_RANGE[1]:
            raise ValueError(f"layout: scale of {name!r} must be in [1e-290, 1e290], got {scale}")
        if not np.isfinite(self.center[index]):
            raise ValueError(f"layout: center of {name!r} must be finite, got {self.center[index]}")
        if not self.low[index] <= self.high[index]:
            raise ValueError(
                f"layout: bounds of {name!r} must be low <= high, got {self.low[index]}, {self.high[index]}"
            )


def require_like(mine: Layout, other: Layout, what: str) -> None:
    """Raise ValueError unless both layouts have the same content."""
    if not mine.is_like(other):
        raise ValueError(f"{what} of unlike layouts cannot be merged: {mine.key} and {other.key}")


def _frozen(values: object, dtype: type[np.generic]) -> NDArray[np.generic]:
    array = np.array(values, dtype=dtype)
    array.setflags(write=False)
    return array


def _starts(widths: list[int]) -> Counts:
    return np.concatenate(([0], np.cumsum(np.array(widths, dtype=np.int64)))).astype(np.int64)
