"""CloudEvents 1.0 in Kafka's binary mode: attributes as ``ce_`` headers, the body as it is.

Nothing here depends on when the event is written: its id is a hash and its time is the end of the window, so that an event
written twice is the same event, byte for byte. Source: CloudEvents Kafka Protocol Binding 1.0.2, section 3.2.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

if TYPE_CHECKING:
    from driftline.contracts.violation import Violation

SCHEMA_BASE: Final = "urn:driftline:schemas"
"""Namespace of the ``$id`` of every schema; the files themselves are in ``schemas/`` of the repository."""

TYPE_PREFIX: Final = "io.driftline.violation"
Header = tuple[str, bytes]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def schema_id(message: str, version: int = 1) -> str:
    """The ``$id`` of a message's schema.

    >>> schema_id("violation")
    'urn:driftline:schemas:violation.v1'
    """
    return f"{SCHEMA_BASE}:{message}.v{version}"


def event_type(kind: str) -> str:
    """Type of a violation event.

    >>> event_type("opened")
    'io.driftline.violation.opened.v1'
    """
    return f"{TYPE_PREFIX}.{kind}.v1"


def rfc3339(ms: int) -> str:
    """Milliseconds since the epoch as RFC 3339 in UTC.

    >>> rfc3339(1_500)
    '1970-01-01T00:00:01.500Z'
    """
    return (_EPOCH + timedelta(milliseconds=ms)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def violation_headers(violation: Violation, namespace: str = "default") -> list[Header]:
    """The Kafka headers of ``violation``, always in this order; URI parts are percent-encoded."""
    model, version, feature = (quote(part, safe="") for part in (violation.model, violation.version, violation.feature))
    attributes = {
        "ce_specversion": "1.0",
        "ce_id": violation.event_id,
        "ce_source": f"/driftline/{quote(namespace, safe='')}/{model}",
        "ce_type": event_type(violation.kind),
        "ce_time": rfc3339(violation.window.end),
        "ce_subject": f"{model}/{version}/{feature}",
        "ce_dataschema": schema_id("violation"),
        "ce_partitionkey": quote(violation.model, safe=""),
        "content-type": "application/json",
    }
    return [(name, value.encode()) for name, value in attributes.items()]


def violation_key(violation: Violation) -> bytes:
    """The Kafka key: the model, so that its story stays in order in one partition."""
    return violation.model.encode()
