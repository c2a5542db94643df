"""Making librdkafka's clients: settings that it does not take are a fault of the configuration, told in one line."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import confluent_kafka as ck

from driftline.broker.settings import Settings
from driftline.errors import ConfigError

Client = TypeVar("Client")


def made(make: Callable[[Settings], Client], settings: Settings) -> Client:
    """A client of these settings; nothing is connected to. Raises ConfigError when it cannot be made of them."""
    try:
        return make(settings)
    except (ck.KafkaException, TypeError, ValueError) as error:
        raise ConfigError(f"the Kafka client cannot be set up: {reason_of(error)}") from error


def reason_of(error: Exception) -> str:
    """What librdkafka said, without its codes."""
    first = error.args[0] if error.args else error
    return first.str() if isinstance(first, ck.KafkaError) else str(first)
