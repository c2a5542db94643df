"""Where reports stand: Model Monitor's folders, ``{output}/{endpoint}/{schedule}/yyyy/mm/dd/hh``, in UTC.

The hour is that of the execution, the end of its window, as there. Schedules finer than an hour add the minute, runs at any
moment also second and millisecond, so that no two reports of a schedule share a folder.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from driftline.contracts.control import Schedule
from driftline.contracts.violation import Window
from driftline.durations import HOUR_MS, MINUTE_MS
from driftline.windows.stamp import utc

_DOTS: Final = {".": "%2E", "..": "%2E%2E"}


def report_path(schedule: Schedule, window: Window) -> str:
    """The path of a report below its output, without a slash at either end. Names cannot lead out of it.

    >>> report_path(Schedule(name="hourly", model="../m", version="1", expression="NOW", created=0, modified=0),
    ...             Window(label="1h", start=0, end=3_600_000))
    '..%2Fm/hourly/1970/01/01/01'
    """
    when = utc(window.end)
    parts = [path_part(schedule.endpoint or schedule.model), path_part(schedule.name), f"{when:%Y/%m/%d/%H}"]
    if window.end % MINUTE_MS:
        parts.append(f"{when:%M-%S}-{window.end % 1000:03d}")
    elif window.end - window.start < HOUR_MS or window.end % HOUR_MS:
        parts.append(f"{when:%M}")
    return "/".join(parts)


def path_part(name: str) -> str:
    """A name as one part of a path, whatever is in it."""
    return _DOTS.get(name) or quote(name, safe=" ")


def joined(output: str, path: str) -> str:
    """A path below a folder or URL.

    >>> joined("s3://bucket/reports/", "a/b")
    's3://bucket/reports/a/b'
    """
    return f"{output.rstrip('/')}/{path}"
