"""whylogs: one profile a window, tracked by batches of rows as a DataFrame; compared by its own drift scores.

``python whylogs_track.py TASK rows`` tracks row by row instead.
"""

from __future__ import annotations

import sys
import warnings
from typing import Any

import pandas as pd
from common import Row, Task, Watch, Windows, loop
from whylogs.core import DatasetProfile
from whylogs.viz.drift.column_drift_algorithms import calculate_drift_scores


def track_batch(profile: DatasetProfile, rows: list[Row]) -> None:
    profile.track(pd.DataFrame(rows))


def track_rows(profile: DatasetProfile, rows: list[Row]) -> None:
    for row in rows:
        profile.track(row)


def main() -> None:
    warnings.simplefilter("ignore")
    task, watch = Task.given(), Watch()
    reference = DatasetProfile()
    reference.track(pd.DataFrame(task.columns()))
    view = reference.view()

    def judge(profile: DatasetProfile) -> None:
        scores: dict[str, Any] = calculate_drift_scores(profile.view(), view, with_thresholds=True)
        watch.judged(sum(score is not None and score["drift_category"] == "DRIFT" for score in scores.values()))

    fold = track_rows if "rows" in sys.argv[2:] else track_batch
    loop(task, watch, Windows(task.partitions, DatasetProfile, judge), fold)


if __name__ == "__main__":
    main()
