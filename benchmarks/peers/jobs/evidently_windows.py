"""Evidently in a loop: a window's rows are gathered, then its drift preset runs on them, as its maintainers advise."""

from __future__ import annotations

import warnings

import pandas as pd
from common import Row, Task, Watch, Windows, loop
from evidently import DataDefinition, Dataset, Report
from evidently.presets import DataDriftPreset


def main() -> None:
    warnings.simplefilter("ignore")
    task, watch = Task.given(), Watch()
    frame = pd.DataFrame(task.columns())
    texts = list(frame.select_dtypes("object"))
    definition = DataDefinition(numerical_columns=list(frame.columns.difference(texts)), categorical_columns=texts)
    reference = Dataset.from_pandas(frame, definition)
    report = Report([DataDriftPreset()])

    def judge(rows: list[Row]) -> None:
        found = report.run(Dataset.from_pandas(pd.DataFrame(rows), definition), reference)
        counts = next(one for one in found.dict()["metrics"] if "DriftedColumnsCount" in one["metric_name"])
        watch.judged(round(counts["value"]["count"]))

    windows: Windows[list[Row]] = Windows(task.partitions, list, judge)
    loop(task, watch, windows, lambda held, rows: held.extend(rows))


if __name__ == "__main__":
    main()
