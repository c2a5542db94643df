"""Whether librdkafka takes the settings, without connecting to anything."""

from __future__ import annotations

from collections.abc import Callable

import confluent_kafka as ck
from confluent_kafka.admin import AdminClient

from driftline.broker.clients import reason_of
from driftline.broker.settings import Settings, connecting, joining, producing, replaying
from driftline.config import KafkaConfig


def faults_of(kafka: KafkaConfig) -> list[str]:
    """A sentence for each kind of client that cannot be made. Values are not part of it where they may be secrets."""
    made: dict[str, tuple[Callable[[Settings], object], Settings]] = {
        "client": (AdminClient, connecting(kafka, "check")),
        "consumer": (ck.Consumer, replaying(kafka)),
        "group member": (ck.Consumer, joining(kafka, "driftline-check")),
        "producer": (ck.Producer, producing(kafka)),
    }
    faults: dict[str, str] = {}
    for kind, (make, settings) in made.items():
        offline = {name: value for name, value in settings.items() if name != "bootstrap.servers"}
        try:
            make(offline)
        except (ck.KafkaException, TypeError, ValueError) as error:
            faults.setdefault(reason_of(error), kind)
    return [f"the {kind} cannot be made: {reason}" for reason, kind in faults.items()]
