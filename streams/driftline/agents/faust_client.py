"""Connection settings for Faust's own client (aiokafka), mapped from librdkafka's names; the rest is refused by name.

Faust reads one low-rate topic with it; everything else goes through librdkafka.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from typing import Any

import faust
from faust.types.auth import SASLMechanism

from driftline.config import KafkaConfig
from driftline.errors import ConfigError

KNOWN = frozenset(
    {
        "security.protocol",
        "sasl.mechanism",
        "sasl.mechanisms",
        "sasl.username",
        "sasl.password",
        "ssl.ca.location",
        "ssl.certificate.location",
        "ssl.key.location",
        "ssl.key.password",
    },
)
"""Security settings that both clients understand."""

SECURITY = ("security.", "sasl.", "ssl.", "enable.ssl.")


def faust_settings(kafka: KafkaConfig) -> dict[str, Any]:
    """Arguments for ``faust.App``. Raises ConfigError for security settings that Faust's client cannot be given.

    Session times are below Faust's defaults (60 s), so that a dead worker is replaced in seconds; brokers refuse less
    than 6 s by default.
    """
    settings: dict[str, Any] = {
        "broker_session_timeout": 10,
        "broker_heartbeat_interval": 1,
        "broker_request_timeout": 20,
        "broker_credentials": _usable(kafka.client),
    }
    return {name: value for name, value in settings.items() if value is not None}


def _usable(client: Mapping[str, str]) -> Any:
    try:
        return _credentials(client)
    except (
        OSError,
        ValueError,
    ) as error:  # a file that is not there or no PEM, a mechanism that aiokafka does not know
        raise ConfigError(
            f"kafka.client: certificates or mechanism cannot be used by Faust's own client: {error}"
        ) from error


def _credentials(client: Mapping[str, str]) -> Any:
    unknown = sorted(name for name in client if name.startswith(SECURITY) and name not in KNOWN)
    if unknown:
        raise ConfigError(
            f"kafka.client.{unknown[0]} cannot be given to Faust's own client, which takes {', '.join(sorted(KNOWN))}",
        )
    protocol = client.get("security.protocol", "plaintext").lower()
    context = _ssl_context(client) if "ssl" in protocol else None
    if protocol.startswith("sasl"):
        mechanism = client.get("sasl.mechanism", client.get("sasl.mechanisms", "PLAIN"))
        return faust.SASLCredentials(
            username=client.get("sasl.username"),
            password=client.get("sasl.password"),
            ssl_context=context,
            mechanism=SASLMechanism(mechanism),
        )
    return None if context is None else faust.SSLCredentials(context)


def _ssl_context(client: Mapping[str, str]) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=client.get("ssl.ca.location"))
    certificate = client.get("ssl.certificate.location")
    if certificate is not None:
        context.load_cert_chain(certificate, client.get("ssl.key.location"), client.get("ssl.key.password"))
    return context
