"""river: an event at a time, as it is made for. Per column and window its variance, extremes and counts; ADWIN beside them.

ADWIN sees values standardised by the reference, without which its answer depends on the unit. A column has drifted when ADWIN
says so, or when its mean has moved by a tenth of the reference's standard deviation.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from common import Row, Task, Watch, Windows, loop
from river import drift, stats

MOVED = 0.1


class Number:
    """One numeric column of one window."""

    def __init__(self) -> None:
        self.var, self.low, self.high = stats.Var(), stats.Min(), stats.Max()

    def update(self, value: float) -> None:
        """One more value."""
        self.var.update(value)
        self.low.update(value)
        self.high.update(value)


class Window:
    """All columns of one window."""

    def __init__(self, numeric: list[str], categorical: list[str]) -> None:
        self.numbers = {name: Number() for name in numeric}
        self.values: dict[str, Counter[Any]] = {name: Counter() for name in categorical}


def main() -> None:
    task, watch = Task.given(), Watch()
    columns = task.columns()
    categorical = [name for name, values in columns.items() if isinstance(values[0], str)]
    scales = {}
    for name in columns.keys() - set(categorical):
        whole = stats.Var()
        for value in columns[name]:
            whole.update(value)
        scales[name] = whole.mean.get(), whole.get() ** 0.5
    detectors = {name: drift.ADWIN() for name in scales}
    alarmed: set[str] = set()

    def fold(window: Window, rows: list[Row]) -> None:
        for row in rows:
            for name, (mean, scale) in scales.items():
                value = row[name]
                window.numbers[name].update(value)
                detectors[name].update((value - mean) / scale)
                if detectors[name].drift_detected:
                    alarmed.add(name)
            for name, counter in window.values.items():
                counter[row[name]] += 1

    def judge(window: Window) -> None:
        moved = {
            name
            for name, (mean, scale) in scales.items()
            if abs(window.numbers[name].var.mean.get() - mean) > MOVED * scale
        }
        watch.judged(len(moved | alarmed))
        alarmed.clear()

    windows = Windows(task.partitions, lambda: Window(list(scales), categorical), judge)
    loop(task, watch, windows, fold)


if __name__ == "__main__":
    main()
