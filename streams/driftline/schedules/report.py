"""From the final statistics of a window to the report that Model Monitor would have left, and the execution that tells of it.

Pure: the files are a function of the record on the ``statistics`` topic, whoever writes them, and whenever.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

from driftline.baseline.sagemaker.text import pretty
from driftline.contracts.control import Schedule
from driftline.contracts.execution import Execution
from driftline.contracts.statistics import FeatureStatistics, WindowStatistics, encode_statistics
from driftline.judging.monitor.report import FILES, violations_file
from driftline.schedules.layout import joined, report_path
from driftline.schedules.states import NO_DATA, exit_message

STATISTICS: Final = "statistics.json"
CONSTRAINTS: Final = "constraints.json"
VIOLATIONS: Final = FILES[0]
WINDOW: Final = "window.json"
"""Our own record, with what Model Monitor has no words for: UNKNOWN and its reasons, noise, quantiles, the ledger."""

_NUMERIC: Final = frozenset({"Integral", "Fractional"})
_TYPES: Final = _NUMERIC | {"String"}
VERSION: Final = 0.0
"""Of statistics.json and constraints.json, as real files have it."""


def execution_of(schedule: Schedule, statistics: WindowStatistics, output: str) -> Execution:
    """The execution that looked at a closed window, with its report below ``output``; without rows there is none."""
    lines = len(statistics.sagemaker)
    empty = statistics.rows == 0
    return Execution(
        schedule=schedule.name,
        model=statistics.model,
        version=statistics.version,
        endpoint=schedule.endpoint or schedule.model,
        monitoring_type=schedule.monitoring_type,
        scheduled=statistics.window.end,
        window=statistics.window,
        status="CompletedWithViolations" if lines else "Completed",
        state=statistics.state,
        exit_message=exit_message(lines, unjudged(statistics)),
        report="" if empty else joined(output, report_path(schedule, statistics.window)),
        files=() if empty else tuple(sorted(report_files(statistics))),
        rows=statistics.rows,
        violations=lines,
        baseline_id=statistics.baseline_id,
    )


def report_files(statistics: WindowStatistics) -> dict[str, bytes]:
    """The files of a report by name; equal records give equal bytes."""
    return {
        STATISTICS: _encoded(statistics_document(statistics)),
        CONSTRAINTS: _encoded(constraints_document(statistics)),
        VIOLATIONS: violations_file(statistics.sagemaker),
        WINDOW: encode_statistics(statistics) + b"\n",
    }


def unjudged(statistics: WindowStatistics) -> str:
    """Why a window is UNKNOWN, by the commonest reason; "" for one that is not."""
    if statistics.rows == 0:
        return NO_DATA
    if statistics.state != "UNKNOWN":
        return ""
    readings = [*statistics.readings, *(one for feature in statistics.features for one in feature.readings)]
    reasons = Counter(one.reason for one in readings if one.state == "UNKNOWN")
    reason = min(reasons, key=lambda text: (-reasons[text], text), default="there were no checks")
    return f"{reasons.total()} of {len(readings)} checks could not be made, {reason}"


def statistics_document(statistics: WindowStatistics) -> dict[str, object]:
    """``statistics.json`` without distributions: sketches of windows are not kept."""
    features = [_statistics(feature) for feature in statistics.features]
    return {"version": VERSION, "dataset": {"item_count": statistics.rows}, "features": features}


def constraints_document(statistics: WindowStatistics) -> dict[str, object]:
    """``constraints.json``: what the window itself would suggest, as Model Monitor leaves it beside each report."""
    return {"version": VERSION, "features": [_constraints(feature) for feature in statistics.features]}


def _statistics(feature: FeatureStatistics) -> dict[str, object]:
    common = {"num_present": feature.present, "num_missing": feature.missing}
    told: dict[str, object] = {"name": feature.name, "inferred_type": _type(feature)}
    if feature.kind in _NUMERIC:
        total = None if feature.mean is None else feature.mean * feature.present
        figures = {"mean": feature.mean, "sum": total, "std_dev": feature.std, "min": feature.min, "max": feature.max}
        return told | {"numerical_statistics": {"common": common, **_known(figures)}}
    distinct = None if feature.distinct is None else float(feature.distinct)
    return told | {"string_statistics": {"common": common, **_known({"distinct_count": distinct})}}


def _constraints(feature: FeatureStatistics) -> dict[str, object]:
    told: dict[str, object] = {"name": feature.name, "inferred_type": _type(feature)}
    told |= _known({"completeness": feature.completeness})
    if feature.kind in _NUMERIC and feature.min is not None:
        told["num_constraints"] = {"is_non_negative": feature.min >= 0}
    return told


def _type(feature: FeatureStatistics) -> str:
    """Model Monitor has no type for booleans: they are strings there."""
    if not feature.present:
        return "Unknown"
    return feature.kind if feature.kind in _TYPES else "String"


def _known(figures: dict[str, float | None]) -> dict[str, float]:
    return {name: value for name, value in figures.items() if value is not None}


def _encoded(document: object) -> bytes:
    return pretty(document).encode()
