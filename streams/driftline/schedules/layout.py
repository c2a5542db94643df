"""Where reports stand: Model Monitor's folders, ``{output}/{endpoint}/{schedule}/yyyy/mm/dd/hh``, in UTC.

The hour is that of the execution, the end of its window, as there. Schedules finer than an hour add the minute.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from driftline.contracts.control import Schedule
from driftline.contracts.violation import Window
from driftline.durations import HOUR_MS
from driftline.windows.stamp import utc

_DOTS: Final = {".": "%2E", "..": "%2E%2E"}


def report_path(schedule: Schedule, window: Window) -> str:
    """The path of a report below its output, without a slash at either end. Names cannot lead out of it.

    >>> report_path(Schedule(name="hourly", model="../m", version="1", expression="NOW", created=0, modified=0),
    ...             Window(label="1h", start=0, end=3_600_000))
    '..%2Fm/hourly/1970/01/01/01'
    """
    when = utc(window.end)
    is_finer = window.end - window.start < HOUR_MS or window.end % HOUR_MS
    parts = [path_part(schedule.endpoint or schedule.model), path_part(schedule.name), f"{when:%Y/%m/%d/%H}"]
    return "/".join([*parts, f"{when:%M}"] if is_finer else parts)


def path_part(name: str) -> str:
    """A name as one part of a path, whatever is in it."""
    return _DOTS.get(name) or quote(name, safe=" ")


def joined(output: str, path: str) -> str:
    """A path below a folder or URL.

    >>> joined("s3://bucket/reports/", "a/b")
    's3://bucket/reports/a/b'
    """
    return f"{output.rstrip('/')}/{path}"
