"""Dead letters: every reject goes to its topic with where it came from and why."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from driftline.agents.context import WorkerContext
from driftline.broker.producer import DurableProducer
from driftline.contracts.capture import RawBatch, Reject
from driftline.contracts.deadletter import dead_letters


def send_letters(
    context: WorkerContext,
    producer: DurableProducer,
    batch: RawBatch,
    rejects: Sequence[Reject],
    on_ack: Callable[[int], None],
) -> None:
    """Send one dead letter per reject; ``on_ack`` is called once for each."""
    for letter in dead_letters(batch, rejects, with_value=context.config.deadletter.include_value):
        producer.send(context.topics.deadletter, letter.value, key=letter.key, headers=letter.headers, on_ack=on_ack)
