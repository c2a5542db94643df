"""What waits between the model's threads and the sender: bounded, without a lock, oldest out first.

Rows and batches wait in lines of their own, each bounded in rows. When a line is full its oldest entries make room: what has
waited longest is what would come late. Under a race of n threads a line may be n entries too long for a moment.
"""

from __future__ import annotations

from collections import deque

from driftline.capture.entries import Batch, Row


class Buffer:
    """Two bounded lines. All methods are safe in any thread, and in signal handlers."""

    def __init__(self, capacity: int) -> None:
        """``capacity`` is in rows, for each of the two lines."""
        self._capacity = capacity
        self._rows: deque[Row] = deque()
        self._batches: deque[Batch] = deque()

    def put(self, row: Row) -> int:
        """Add a row; how many rows were dropped for it. 0.1 us."""
        rows = self._rows
        rows.append(row)
        return 0 if len(rows) <= self._capacity else _shift(rows)

    def put_batch(self, batch: Batch) -> int:
        """Add a batch; how many rows were dropped: those of older batches, or its own if it is larger than the line."""
        if batch.rows > self._capacity:
            return batch.rows
        self._batches.append(batch)
        dropped = 0
        while sum(one.rows for one in self._batches.copy()) > self._capacity:
            try:
                dropped += self._batches.popleft().rows
            except IndexError:  # the sender has just taken it
                break
        return dropped

    def take(self) -> Row | None:
        """The oldest row, None when there is none."""
        try:
            return self._rows.popleft()
        except IndexError:
            return None

    def take_batch(self) -> Batch | None:
        """The oldest batch, None when there is none."""
        try:
            return self._batches.popleft()
        except IndexError:
            return None

    def clear(self) -> int:
        """Forget everything; how many rows that were."""
        number = 0
        while self.take() is not None:
            number += 1
        while (batch := self.take_batch()) is not None:
            number += batch.rows
        return number

    def __len__(self) -> int:
        """Rows that wait."""
        return len(self._rows) + sum(batch.rows for batch in self._batches.copy())


def _shift(rows: deque[Row]) -> int:
    try:
        rows.popleft()
    except IndexError:  # the sender has just taken all
        return 0
    return 1
