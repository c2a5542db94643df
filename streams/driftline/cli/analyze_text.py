"""A run's result for a person at a terminal."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from driftline.analysis.result import AnalysisResult
from driftline.contracts.cloudevents import rfc3339
from driftline.contracts.statistics import WindowStatistics
from driftline.printable import printable_line

_HINT = re.compile(r"\d+ rows?: ")
_FILES = 8
"""Files named; those of single windows come last."""

_NAMED = 5
"""Columns named of one reason."""

_SHOWN = 20
"""Violations shown of one window. Chosen: a screen; the report has all of them."""


def told(result: AnalysisResult, written: Sequence[Path]) -> Iterator[str]:
    """The lines: each window with what is violated, what could not be used, and where the reports are."""
    yield printable_line(f"{result.model}/{result.version}: {result.state}, {_counted(result)}")
    for window in result.windows:
        yield from (printable_line(line) for line in _window(window.statistics))
    for note in (*result.notes, *result.refused.lines()):
        yield printable_line(note)
    if written:
        listed = ", ".join(str(path) for path in written[:_FILES])
        more = f" and {len(written) - _FILES} more" if len(written) > _FILES else ""
        yield printable_line(f"written: {listed}{more}")


def _counted(result: AnalysisResult) -> str:
    of = "" if result.tables and result.records else f" of {result.records} records"
    parts = [f"{result.rows} rows{of}", f"windows {len(result.windows)}"]
    if result.refused.total:
        parts.append(f"refused {result.refused.total}")
    return ", ".join(parts)


def _window(statistics: WindowStatistics) -> Iterator[str]:
    window = statistics.window
    which = f"{window.label} from {rfc3339(window.start)}" if window.start else "rows without a time of their own"
    yield f"{which}: {statistics.state}, {statistics.rows} rows"
    if statistics.sagemaker:
        lines = [f"{one.feature_name}: {one.constraint_check_type}: {one.description}" for one in statistics.sagemaker]
        yield from (f"  {line}" for line in lines[:_SHOWN])
        if len(lines) > _SHOWN:
            yield f"  and {len(lines) - _SHOWN} more"
    yield from (f"  {hint}" for hint in _hints(statistics))
    if not statistics.sagemaker and statistics.state == "UNKNOWN":
        yield from (f"  unknown: {reason}" for reason in _reasons(statistics))


def _hints(statistics: WindowStatistics) -> list[str]:
    """What the lines of Model Monitor's form leave out: rows of another width, and columns that look moved."""
    every = [*statistics.readings, *(reading for feature in statistics.features for reading in feature.readings)]
    others = max((reading.details.get("rows_of_another_width", 0.0) for reading in every), default=0.0)
    rows = "1 row has" if others == 1 else f"{others:.0f} rows have"
    told = [f"{rows} another number of columns than most"] if others else []
    moved = [hint for reading in every for _, _, hint in [reading.reason.partition("; ")] if _HINT.match(hint)]
    return [*told, *dict.fromkeys(moved)]


def _reasons(statistics: WindowStatistics) -> list[str]:
    """Why it is unknown, each reason once, with the columns that it is about."""
    found: dict[str, list[str]] = {}
    for reading in statistics.readings:
        if reading.state == "UNKNOWN" and reading.reason:
            found.setdefault(reading.reason, [])
    for feature in statistics.features:
        for reading in feature.readings:
            if reading.state == "UNKNOWN" and reading.reason:
                found.setdefault(reading.reason, []).append(feature.name)
    every = len(statistics.features)
    return [reason if len(set(names)) == every else _listed(names) + reason for reason, names in found.items()]


def _listed(names: list[str]) -> str:
    once = list(dict.fromkeys(names))
    more = f" and {len(once) - _NAMED} more" if len(once) > _NAMED else ""
    return f"{', '.join(once[:_NAMED])}{more}: " if once else ""
