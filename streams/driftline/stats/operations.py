"""Operations: requests, errors, statuses, latency and entities: how the model server fared, whatever the features."""

from __future__ import annotations

from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from driftline.stats.columns import Calls
from driftline.stats.distinct import Distinct
from driftline.stats.mergeable import Mergeable, State
from driftline.stats.packing import pack_floats, pack_ints, unpack_floats, unpack_ints

Counts = NDArray[np.int64]

#: Upper edges of the latency histogram in seconds, inclusive as Prometheus has them; one more bin lies above the last.
#: Chosen, because the usual alerts are at 0.5 s and 1 s, and each step is at most 2.5 times the one before.
LATENCY_EDGES: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
_EDGES: Final = np.array(LATENCY_EDGES)
_STATUSES: Final = 5
#: A latency enters the sum as at most eleven days, so that no clock gone wrong overflows it.
_LONGEST_US: Final = 1e12
_ROWS, _REQUESTS, _ERRORS, _MICROSECONDS, _STATUS = range(5)
_LATENCY: Final = _STATUS + _STATUSES
_SIZE: Final = _LATENCY + len(LATENCY_EDGES) + 1


class Operations(Mergeable):
    """What a pane saw of calls. Counts are exact; a request of many rows is counted once, at its first row.

    ``rows``, ``requests``, ``errors``      int
    ``status``                              (5,) none, ok, client error, server error, other
    ``latency_counts``                      (16,) requests by latency: (.., 1 ms], (1 ms, 2.5 ms] ... (60 s, inf)
    ``latency_sum``                         seconds, from integer microseconds; ``latency_max`` seconds, None without any
    ``entities()``                          different entities, by HyperLogLog, 6.5 %

    Requests without a latency are in none of the latency figures. Under 500 bytes; 20 ns a row.
    """

    def __init__(self, counts: Counts | None = None, latest: float = -1.0, entities: Distinct | None = None) -> None:
        self._counts = np.zeros(_SIZE, dtype=np.int64) if counts is None else counts
        self._longest = latest
        self._entities = Distinct(1) if entities is None else entities

    @property
    def rows(self) -> int:
        """Rows, all requests together."""
        return int(self._counts[_ROWS])

    @property
    def requests(self) -> int:
        """Requests."""
        return int(self._counts[_REQUESTS])

    @property
    def errors(self) -> int:
        """Requests that failed."""
        return int(self._counts[_ERRORS])

    @property
    def status(self) -> Counts:
        """(5,) requests by status."""
        return self._counts[_STATUS:_LATENCY]

    @property
    def latency_counts(self) -> Counts:
        """(16,) requests by latency."""
        return self._counts[_LATENCY:]

    @property
    def latency_sum(self) -> float:
        """Seconds, all requests together; exact to a microsecond a request."""
        return int(self._counts[_MICROSECONDS]) / 1e6

    @property
    def latency_max(self) -> float | None:
        """Longest latency in seconds, None without any."""
        return self._longest if self._longest >= 0 else None

    def entities(self) -> int:
        """About how many different entities were seen; 0 for none."""
        return self._entities.count(0)

    def update(self, calls: Calls) -> None:
        """Take in the rows of a batch."""
        first = calls.first
        requests = int(np.count_nonzero(first))
        self._counts[_ROWS] += len(first)
        self._counts[_REQUESTS] += requests
        whole = requests == len(first)
        self._counts[_ERRORS] += np.count_nonzero(calls.error if whole else calls.error[first])
        status = calls.status if whole else calls.status[first]
        self.status[:] += np.bincount(status, minlength=_STATUSES)
        self._update_latency(calls.latency if whole else calls.latency[first])
        known = calls.entity[calls.entity != 0]
        if len(known):
            self._entities.update_hashes(np.zeros(len(known), dtype=np.int64), known)

    def _update_latency(self, seconds: NDArray[np.float64]) -> None:
        known = np.sort(seconds[~np.isnan(seconds)])
        if not len(known):
            return
        ends = np.concatenate((known.searchsorted(_EDGES, side="right"), [len(known)]))
        self.latency_counts[:] += np.diff(ends, prepend=0)
        micros = np.minimum(np.rint(np.minimum(known * 1e6, _LONGEST_US)), _LONGEST_US)
        self._counts[_MICROSECONDS] += int(micros.astype(np.int64).sum())
        self._longest = max(self._longest, float(known[-1]))

    def copy(self) -> Self:
        """An equal one that shares nothing."""
        return type(self)(self._counts.copy(), self._longest, self._entities.copy())

    def iadd(self, other: Self) -> None:
        """Add the counts of ``other``."""
        self._counts += other._counts
        self._longest = max(self._longest, other._longest)
        self._entities.iadd(other._entities)

    def to_state(self) -> State:
        """``{"counts": packed, "longest": float, "entities": packed}``."""
        longest = np.array([self._longest if self._longest >= 0 else np.nan])
        return {
            "counts": pack_ints(self._counts),
            "longest": pack_floats(longest),
            "entities": self._entities.to_state()["registers"],
        }

    @classmethod
    def from_state(cls, state: State) -> Self:
        """Read :meth:`to_state` back."""
        longest = float(unpack_floats(state["longest"], 1, "operations.longest")[0])
        return cls(
            unpack_ints(state["counts"], _SIZE, "operations.counts"),
            -1.0 if np.isnan(longest) else longest,
            Distinct.from_state(1, {"registers": state["entities"]}),
        )
