"""Rows of text cells under a baseline that is judged as Model Monitor would: folded, judged, and told in its words."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from driftline.baseline.layout import layout_of
from driftline.baseline.model import Baseline, Kind
from driftline.contracts.violation import SageMakerLine
from driftline.judging.monitor.texts import monitor_lines
from driftline.judging.states import Reading
from driftline.stats.columns import MISSING, UNSEEN, Columns
from driftline.stats.forms import Forms
from driftline.stats.hashing import hash_text
from driftline.stats.profile import Profile
from support.judged import evaluate_window, window_of

WHOLE = re.compile(r"[-+]? ?\d+")
NUMBER = re.compile(r"[-+]? ?\d+(\.\d+)?([eE][-+]?\d+)?")


def profile_of(baseline: Baseline, rows: Sequence[Sequence[str]]) -> Profile:
    """The profile of rows by position; those of another width than the constraints are counted and not folded."""
    assert baseline.monitor is not None
    names, layout = baseline.monitor.names, layout_of(baseline)
    columns = Columns.blank(layout, len(rows))
    mistyped, fractional = [], []
    for row, cells in enumerate(rows):
        if len(cells) != len(names):
            continue
        for name, cell in zip(names, cells, strict=True):
            place = layout.index.get(name)
            if place is None or not cell:
                continue
            if place >= len(layout.numeric):
                column = place - len(layout.numeric)
                code = layout.code_of[column].get(cell, UNSEEN)
                columns.codes[column, row] = code
                if code == UNSEEN:
                    columns.unseen.append((column, row, hash_text(cell)))
            elif NUMBER.fullmatch(cell):
                columns.numeric[place, row] = float(cell.replace(" ", ""))
                if _kind(baseline, name) is Kind.INTEGRAL and not WHOLE.fullmatch(cell):
                    fractional.append((place, row))
            else:
                mistyped.append((place, row))
    columns.mistyped = np.array(mistyped, dtype=np.int64).reshape(-1, 2)
    width = np.array([len(cells) for cells in rows], dtype=np.int32)
    columns.forms = Forms(width, width == len(names), np.array(fractional, dtype=np.int64).reshape(-1, 2))
    assert (columns.codes[:, ~columns.forms.folded] == MISSING).all()
    profile = Profile.empty(layout)
    profile.update(columns)
    return profile


def _kind(baseline: Baseline, name: str) -> Kind:
    column = baseline.column(name)
    assert column is not None
    return column.kind


def readings_of(baseline: Baseline, rows: Sequence[Sequence[str]]) -> tuple[Reading, ...]:
    """What is said of a window of these rows."""
    return evaluate_window(window_of(baseline, profile_of(baseline, rows)))


def lines_of(baseline: Baseline, rows: Sequence[Sequence[str]]) -> tuple[SageMakerLine, ...]:
    """The entries of the violations file of a window of these rows."""
    assert baseline.monitor is not None
    return monitor_lines(readings_of(baseline, rows), baseline.monitor)
