"""A Faust channel that is fed by our own services, batch by batch.

Faust clears the queues of its channels on every rebalance of its own consumer.  What is in this one does not come
from that consumer, so clearing it would drop batches that nobody would send again; and its flow control is always on.
"""

from __future__ import annotations

from typing import Any

from faust.channels import Channel
from mode.utils.queues import FlowControlEvent, ThrowableQueue


class _AlwaysOpen(FlowControlEvent):
    """Flow control that never suspends and clears nothing."""

    def is_active(self) -> bool:
        return True

    async def acquire(self) -> None:
        return None

    def manage_queue(self, queue: Any) -> None:
        del queue


class SourceChannel(Channel[Any]):
    """A short queue between a service and its agent: ``put`` waits while the agent is behind (back-pressure)."""

    async def feed(self, portion: Any) -> None:
        """Hand a portion to the agent; waits while it is behind."""
        await self.put(portion)

    @property
    def queue(self) -> ThrowableQueue[Any]:
        """The queue of one subscriber, made on first use."""
        if self._queue is None:
            self._queue = ThrowableQueue(maxsize=self.maxsize or 2, flow_control=_AlwaysOpen(), clear_on_resume=False)
        return self._queue
