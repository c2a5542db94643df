"""Event time in integers: panes, windows of panes, watermarks. No clock, no I/O, no statistics."""

from driftline.windows.panes import PaneSpec
from driftline.windows.rollup import Rollup, plan_rollup
from driftline.windows.spec import Window, WindowSpec, format_duration, parse_duration
from driftline.windows.watermark import NO_TIME, late_mask

__all__ = [
    "NO_TIME",
    "PaneSpec",
    "Rollup",
    "Window",
    "WindowSpec",
    "format_duration",
    "late_mask",
    "parse_duration",
    "plan_rollup",
]
