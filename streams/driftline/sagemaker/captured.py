"""Which files hold what was captured in a range: by the hours of their folders, as SageMaker lays them out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from driftline.analysis.documents import files_of, manifest_of
from driftline.analysis.moments import Span
from driftline.durations import HOUR_MS
from driftline.errors import BaselineError

_HOUR: Final = re.compile(r"/(\d{4})/(\d\d)/(\d\d)/(\d\d)/")


def captures_in(folder: Path, span: Span) -> tuple[Path, ...]:
    """Files that may hold captures of a range: of its hours and the one before, and those in no folder of an hour.

    Their records have times of their own, by which they are chosen then.
    """
    hours = ((path, hour_of(path)) for path in _files(folder))
    return tuple(p for p, hour in hours if hour is None or span.start_ms - 2 * HOUR_MS < hour < span.end_ms)


def transforms_in(folder: Path, span: Span) -> tuple[Path, ...]:
    """Files of jobs whose hour begins in a range; a file in no folder of an hour counts when it was last written in it.

    Where there are manifests, they say which the data are.
    """
    found = [path for path in _files(folder) if span.start_ms <= _captured_at(path, span) < span.end_ms]
    manifests = tuple(path for path in found if _is_manifest(path))
    return manifests or tuple(found)


def hour_of(path: Path) -> int | None:
    """The hour (ms UTC) that a path names by ``yyyy/mm/dd/hh``; None for one that names none.

    >>> hour_of(Path("/data/endpoint/AllTraffic/1970/01/01/02/a.jsonl"))
    7200000
    """
    found = _HOUR.search(path.as_posix())
    if found is None:
        return None
    try:
        return int(datetime(*(int(part) for part in found.groups()), tzinfo=UTC).timestamp() * 1000)  # type: ignore[arg-type,misc]  # four numbers
    except ValueError:
        return None


def _captured_at(path: Path, span: Span) -> int:
    """The hour of the folder, or of a range that begins within that hour its beginning; else when it was written."""
    hour = hour_of(path)
    if hour is None:
        return int(path.stat().st_mtime * 1000)
    return max(hour, span.start_ms) if hour + HOUR_MS > span.start_ms else hour


def _files(folder: Path) -> Iterator[Path]:
    yield from files_of([folder]) if folder.exists() else ()


def _is_manifest(path: Path) -> bool:
    try:
        return manifest_of(path) is not None
    except BaselineError:
        return False
