"""What a snapshot has to write: panes that have changed and contents that are new, taken now and encoded later.

A copy of a pane costs a hundredth of its bytes, so that the fold may go on while a snapshot is being encoded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

from driftline.engine.panes import PaneBook
from driftline.engine.snapshot import SnapshotBook, pack
from driftline.engine.standing import ModelKey
from driftline.engine.stored import Written


class Part(NamedTuple):
    """A record to be: its key, and its value once it is asked for."""

    key: bytes
    state: Callable[[], dict[str, Any]]


def changed_panes(snapshots: SnapshotBook, model: ModelKey, panes: PaneBook, at: int) -> list[Part]:
    """The panes of a model that have changed since the last time; from now on they count as written at offset ``at``."""
    parts: list[Part] = []
    for start in sorted(panes.changed):
        key = snapshots.pane_key(*model, start, at)
        parts.append(Part(key, partial(panes.panes[start].copy().to_state, start)))
        panes.written[start] = Written(at, key)
    panes.changed.clear()
    return parts


def standing(panes: PaneBook) -> list[tuple[int, int]]:
    """Start of every pane, and the offset that it was written at."""
    return [(start, one.at) for start, one in sorted(panes.written.items())]


def new_contents(snapshots: SnapshotBook, log: dict[str, Any]) -> list[Part]:
    """The contents of baselines that do not stand there yet; in ``log`` they are replaced by whether there is one."""
    parts: dict[bytes, Part] = {}
    for line in log["models"]:
        for entry in line[2]["baselines"]:
            _, baseline, content, origin = entry
            key = snapshots.content_key(baseline, origin)
            if content and key not in snapshots.written:
                parts[key] = Part(key, partial(dict, content=content))
            entry[2] = bool(content)
    return list(parts.values())


def encoded(parts: Sequence[Part]) -> Iterator[tuple[bytes, bytes]]:
    """Keys and values, one at a time."""
    return ((part.key, pack(part.state())) for part in parts)
