"""Sending the captures: at a steady pace, and never further ahead of the worker than the broker can hold."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Final

from driftline.broker.producer import DurableProducer
from driftline.demo.captures import Capture
from driftline.demo.paths import CAPTURES

MOST_UNREAD: Final = 8_000
"""Records sent and not yet folded. Chosen: 3 MB over all partitions, and the embedded broker keeps 5 MiB of each."""

_AT_ONCE: Final = 1_000


class Feed:
    """The stream of captures, ``total`` of them over ``seconds`` (0: as fast as the worker reads)."""

    def __init__(self, producer: DurableProducer, captures: Iterable[Capture], total: int, seconds: float) -> None:
        """Nothing is sent before :meth:`step`."""
        self._producer = producer
        self._captures = iter(captures)
        self._seconds = seconds
        self.total = total
        self.sent = 0

    @property
    def is_done(self) -> bool:
        """Whether every capture is sent and acknowledged."""
        return self.sent >= self.total and not self._producer.outstanding

    def step(self, elapsed: float, read: int) -> int:
        """Send what is due ``elapsed`` seconds after the start, the worker having read ``read``; how many that was.

        The record's own timestamp is left alone: it is when it was written, and the event's time is in the capture.
        """
        share = min(1.0, elapsed / self._seconds) if self._seconds > 0 else 1.0
        most = min(int(self.total * share), read + MOST_UNREAD) - self.sent
        number = 0
        for capture in itertools.islice(self._captures, max(0, min(most, _AT_ONCE))):
            self._producer.send(CAPTURES, capture.value, key=capture.key)
            number += 1
        self._producer.poll()
        self.sent += number
        return number
