"""The report of a window, a day, a week or an incident: what was judged, as one HTML file or as Markdown."""

from driftline.report.content import Report, report_of
from driftline.report.gather import Gathered
from driftline.report.html import html_of
from driftline.report.markdown import markdown_of
from driftline.report.period import Days, Period, Story, day, one_window, story, week

__all__ = [
    "Days",
    "Gathered",
    "Period",
    "Report",
    "Story",
    "day",
    "html_of",
    "markdown_of",
    "one_window",
    "report_of",
    "story",
    "week",
]
