"""The section ``[reports]``: where schedules may have reports written to, and how such a store is reached."""

from __future__ import annotations

from typing import Final

from driftline.config.reader import Reader
from driftline.config.settings import ReportsConfig

_PLACES: Final = {"type": "array", "items": {"type": "string", "minLength": 1}}


def read_reports(reader: Reader) -> ReportsConfig:
    """Places are folders or URLs; nothing is opened."""
    items = reader.items("outputs", [], _PLACES) or []
    for place, item in enumerate(items):
        if not isinstance(item, str) or not item.strip():
            reader.fault(f"outputs[{place}]", f'expected a folder or a URL such as "s3://bucket/reports", got {item!r}')
    reports = ReportsConfig(tuple(item for item in items if isinstance(item, str)), reader.strings("store"))
    reader.done()
    return reports
