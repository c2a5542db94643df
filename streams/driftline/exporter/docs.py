"""The page docs/metrics.md from the table of families: ``python -m driftline.exporter.docs > docs/metrics.md``."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from driftline.exporter import names
from driftline.exporter.names import Family

_INTRODUCTION = """# Metrics

Written by `python -m driftline.exporter.docs` from `exporter/names.py`; do not edit by hand.

`/metrics` answers in Prometheus text 0.0.4, or in OpenMetrics when asked (`Accept: application/openmetrics-text`),
then with the id of the last violation as an exemplar. Samples carry no timestamps.

- **States** are 0 OK, 1 WATCH, 2 UNKNOWN, 3 VIOLATED. They are ranks, not amounts: use `max`, or `count(… == 3)`. A
  check of the model as a whole has an empty `feature`.
- **Closed and open.** A family without suffix shows the last *closed* window, and changes when a window closes. A
  family that ends in `_open` is an early reading of the window that is still being filled; it makes no violations.
  They are never mixed in one family.
- **Windows** of several lengths of a model are told apart by the label `window` (`1m`, `1h`, `1h/15m`). Choose one
  before you aggregate.
- A figure that is **not known** has no sample: nothing is shown as NaN or as a nought that was not measured.
- A series lives on one worker. When a model moves to another, its series vanish here and appear there: aggregate
  with `max without(instance)`. Counters of a model begin again at 0 then, as after any restart.
- At most `max_series` series carry a `feature`; what is beyond is counted in `driftline_series_dropped_total`.
  `driftline_model_state` takes every check into account, shown or not. Label values are cut at 200 characters
  (`driftline_labels_shortened_total`).
- Buckets of `driftline_model_latency_seconds` are counted on half-open bins: a latency that equals an edge is in the
  next bucket.
"""


def page() -> str:
    """The whole page, in Markdown."""
    return (
        f"{_INTRODUCTION}\n## Models and features\n\n{_table(names.TABLE_FAMILIES)}"
        f"\n## The worker\n\n{_table(names.WORKER_FAMILIES)}"
        "\nThe usual `process_*` figures of the process come with them.\n"
    )


def _table(families: Iterable[Family]) -> str:
    lines = ["| name | type | unit | labels | meaning |", "| --- | --- | --- | --- | --- |"]
    lines += [
        f"| `{f.name}` | {f.kind} | {f.unit} | {', '.join(f'`{label}`' for label in f.labels)} | {f.help} |"
        for f in families
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(page())
