"""The watermark of one source: how far its event time has certainly come, and which events are behind it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

NO_TIME = -(2**62)
"""A watermark before all time: nothing heard yet. Far enough from int64's end that a lateness can be taken off it."""


def late_mask(
    times: NDArray[np.int64], pane_ends: NDArray[np.int64], watermark: int, lateness: int
) -> tuple[NDArray[np.bool_], int]:
    """Which of the events, in their order of arrival, are late, and the watermark behind the last of them. All in ms.

    Event i is late when its pane ends at or before the watermark as it stood just before the event. The watermark is
    the highest `time - lateness` seen so far and never falls. A late event cannot raise it: its time is below its
    pane's end, which is at or below the watermark already. So one running maximum over *all* events decides, and
    cutting the events into other batches changes nothing (given that every time is below its pane's end and `lateness
    >= 0`, which is checked).

    Empty arrays: an empty mask and the same watermark. Cost: about 10 ns an event.

    >>> late_mask(np.array([5, 31, 9]), np.array([10, 40, 10]), watermark=0, lateness=20)
    (array([False, False,  True]), 11)
    """
    if lateness < 0:
        raise ValueError(f"lateness must be 0 ms or more, got {lateness}")
    if not len(times):
        return np.zeros(0, dtype=np.bool_), watermark
    if bool((times >= pane_ends).any()):
        raise ValueError("every event time must lie before the end of its pane")
    reached = np.empty(len(times) + 1, dtype=np.int64)
    reached[0] = watermark
    np.subtract(times, lateness, out=reached[1:])
    np.maximum.accumulate(reached, out=reached)
    return pane_ends <= reached[:-1], int(reached[-1])
