"""Which final panes may be merged because no window that is still open can tell them apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from driftline.windows.panes import PaneSpec
from driftline.windows.spec import WindowSpec


@dataclass(frozen=True)
class Rollup:
    """What to do with stored panes: merge every list of `blocks` into its first start, forget `expired`."""

    blocks: dict[int, tuple[int, ...]]
    expired: tuple[int, ...]


def plan_rollup(starts: Iterable[int], pane: PaneSpec, specs: Sequence[WindowSpec], closed_through: int) -> Rollup:
    """Group pane starts (ms) that lie in the same open windows; a pure function, in any order of `starts`.

    A window is open when it ends after `closed_through`, up to which all windows have been emitted. A pane is touched
    only when it is final too, its own end at or before `closed_through`. A block is named by its first pane, so the
    answer may be fed back: starts of blocks merge further as shorter windows close. Only blocks of two or more are
    listed. With tumbling windows of 1 min, 1 h and 1 day, a day of 10 s panes is kept as three blocks and the
    panes not yet final.

    Cost: one look at every window that contains a pane.

    >>> plan_rollup([0, 10, 20, 30], PaneSpec(10), [WindowSpec(20, 20), WindowSpec(60, 60)], 40)
    Rollup(blocks={0: (0, 10, 20, 30)}, expired=())
    """
    groups: dict[tuple[tuple[int, int, int], ...], list[int]] = {}
    expired = []
    for start in sorted(starts):
        if start + pane.length_ms > closed_through:
            continue
        windows = _open_windows_of(start, specs, closed_through)
        if windows:
            groups.setdefault(windows, []).append(start)
        else:
            expired.append(start)
    return Rollup({group[0]: tuple(group) for group in groups.values() if len(group) > 1}, tuple(expired))


def _open_windows_of(start: int, specs: Sequence[WindowSpec], closed_through: int) -> tuple[tuple[int, int, int], ...]:
    return tuple(
        (rank, window.start, window.end)
        for rank, spec in enumerate(specs)
        for window in spec.windows_of(start)
        if window.end > closed_through
    )
