"""NannyML: a window's rows are gathered, then its univariate drift calculator, fitted on the reference, takes them in chunks."""

from __future__ import annotations

import warnings

import nannyml
import pandas as pd
from common import Row, Task, Watch, Windows, loop

CHUNK = 2000
"""Rows: ten chunks of the reference set the thresholds, and a chunk to be judged is as large."""


def main() -> None:
    warnings.simplefilter("ignore")
    task, watch = Task.given(), Watch()
    frame = pd.DataFrame(task.columns())
    calculator = nannyml.UnivariateDriftCalculator(column_names=list(frame.columns), chunk_size=CHUNK)
    calculator.fit(frame)

    def judge(rows: list[Row]) -> None:
        window = pd.DataFrame(rows)
        result = calculator.calculate(window).filter(period="analysis").to_df()
        alerts = result.xs("alert", axis=1, level=-1)
        watch.judged(int(alerts.any().sum()))

    windows: Windows[list[Row]] = Windows(task.partitions, list, judge)
    loop(task, watch, windows, lambda held, rows: held.extend(rows))


if __name__ == "__main__":
    main()
