"""Event ids: UUIDs of version 7 (RFC 9562 §5.7) as 32 hex digits. They sort by time and differ between processes."""

from __future__ import annotations

import random
from typing import Final

_LOW: Final = (1 << 62) - 1
_VERSION: Final = 7 << 76
_VARIANT: Final = 2 << 62


class EventIds:
    """A source of ids with a generator of its own: a model that seeds `random` does not make two processes alike."""

    def __init__(self) -> None:
        """Seeded by the operating system. In a forked child a new one has to be made."""
        self._bits = random.Random().getrandbits  # noqa: S311 - ids have to differ, not to be secret

    def new(self, time_ms: int) -> str:
        """An id of this time (ms UTC, below 2⁴⁸). Safe in several threads: the draw is one call into C.

        >>> made = EventIds().new(1_714_564_800_000)
        >>> len(made), made[:12] == f"{1_714_564_800_000:012x}", made[12]
        (32, True, '7')
        """
        bits = self._bits(74)
        return f"{time_ms << 80 | _VERSION | bits >> 62 << 64 | _VARIANT | bits & _LOW:032x}"
