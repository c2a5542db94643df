"""The only readings of clocks: everything below takes time as an argument."""

from __future__ import annotations

import time


def now_ms() -> int:
    """Wall time, milliseconds since the epoch, UTC."""
    return time.time_ns() // 1_000_000


def monotonic() -> float:
    """Seconds that never go back."""
    return time.monotonic()
