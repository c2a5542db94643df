"""The demo's own report: what `driftline report` would say of the two months, written while the topics are still there."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

import driftline.baseline as baselines
from driftline.contracts.statistics import WindowStatistics
from driftline.contracts.violation import Violation
from driftline.demo.paths import Paths
from driftline.report import Days, Gathered, html_of, markdown_of, report_of

MONTHS: Final = Days(date(2013, 2, 1), 28 + 31, "February and March 2013")


def write_report(paths: Paths, windows: Iterable[WindowStatistics], events: Iterable[Violation]) -> None:
    """Write it as HTML and as Markdown. The same records give the same bytes."""
    gathered = Gathered(MONTHS)
    for window in windows:
        gathered.add(window)
    baseline = baselines.load(paths.baseline)
    told = report_of(gathered, events, {baseline.id: baseline}.get)
    paths.report.write_text(html_of(told), encoding="utf-8")
    paths.markdown.write_text(markdown_of(told), encoding="utf-8")
