"""A run over labelled rows, for a person at a terminal and for programs."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path

from driftline.printable import printable_line
from driftline.quality.classification import CONSTANT
from driftline.quality.run import Outcome

SHOWN = 20
"""Violations shown at a terminal. Chosen: a screen; the report has all of them."""


def summary_of(outcome: Outcome, written: Sequence[Path]) -> str:
    """The run in one document, for programs."""
    return json.dumps(
        {
            "kind": outcome.kind,
            "rows": outcome.rows,
            "state": outcome.verdict.state,
            "violations": [dict(entry) for entry in outcome.verdict.entries],
            "unknown": list(outcome.verdict.unknown),
            "notes": list(outcome.notes),
            "metrics": {
                name: {"value": _or_null(metric.value), "standard_deviation": _or_null(metric.standard_deviation)}
                for name, metric in outcome.figures.items()
            },
            "files": [str(path) for path in written],
        }
    )


def _or_null(value: float) -> float | None:
    return value if math.isfinite(value) else None


def told(outcome: Outcome, written: Sequence[Path]) -> Iterator[str]:
    """The lines for a person."""
    counted = f"{outcome.rows} rows" if outcome.rows else "no rows"
    judged = outcome.verdict.judged or outcome.verdict.unknown
    yield f"{outcome.kind}: {outcome.verdict.state + ', ' if judged else ''}{counted}"
    entries = outcome.verdict.entries
    for entry in entries[:SHOWN]:
        about = [entry[key] for key in ("facet", "facet_value", "label", "metric_name") if key in entry]
        yield printable_line(
            f"  {' '.join(about)}: {entry['description']}" if len(about) > 1 else f"  {entry['description']}"
        )
    if len(entries) > SHOWN:
        yield f"  and {len(entries) - SHOWN} more"
    yield from (printable_line(f"  unknown: {reason}") for reason in outcome.verdict.unknown)
    yield from (printable_line(note) for note in outcome.notes)
    for name, metric in outcome.figures.items():
        if name.endswith(CONSTANT):
            continue  # they are in the file
        deviation = "" if math.isnan(metric.standard_deviation) else f" +/- {metric.standard_deviation:.6f}"
        value = f"{metric.value:.6f}" if metric.is_defined else "not defined"
        yield printable_line(f"  {name:<45}{value}{deviation}")
    if written:
        yield printable_line(f"written: {', '.join(map(str, written))}")
