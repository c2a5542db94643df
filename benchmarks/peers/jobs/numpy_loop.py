"""No package at all: a loop over librdkafka, orjson and numpy, as one would write it in an afternoon."""

from __future__ import annotations

from columns import Reference, Statistics
from common import Row, Task, Watch, Windows, loop


def main() -> None:
    task, watch = Task.given(), Watch()
    reference = Reference(task.columns())

    def fold(parts: list[Statistics], rows: list[Row]) -> None:
        part = reference.statistics(rows)
        if parts:
            parts[0].add(part)
        else:
            parts.append(part)

    windows: Windows[list[Statistics]] = Windows(
        task.partitions, list, lambda parts: watch.judged(reference.drifted(parts[0]))
    )
    loop(task, watch, windows, fold)


if __name__ == "__main__":
    main()
