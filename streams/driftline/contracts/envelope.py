"""What a capture carries beside features: model, version, id, latency, status, error, entity, segment.

Without a model a record is refused. The rest is a help, so a value that cannot be used is left out and counted
(``invalid_latency`` ...), never a reason to lose the event.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from hashlib import blake2b
from http import HTTPStatus

from driftline.contracts.capture import Limits
from driftline.contracts.document import type_name
from driftline.contracts.reasons import Reason
from driftline.errors import ContractError
from driftline.stats.columns import CLIENT_ERROR, NO_STATUS, OTHER_STATUS, SERVER_ERROR, STATUS_OK

Count = Callable[[str], None]

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_HTTP = re.compile(r"[1-5][0-9][0-9]")
_GRPC = {
    "OK": STATUS_OK,
    "CANCELLED": CLIENT_ERROR,
    "INVALID_ARGUMENT": CLIENT_ERROR,
    "NOT_FOUND": CLIENT_ERROR,
    "ALREADY_EXISTS": CLIENT_ERROR,
    "PERMISSION_DENIED": CLIENT_ERROR,
    "UNAUTHENTICATED": CLIENT_ERROR,
    "RESOURCE_EXHAUSTED": CLIENT_ERROR,
    "FAILED_PRECONDITION": CLIENT_ERROR,
    "ABORTED": CLIENT_ERROR,
    "OUT_OF_RANGE": CLIENT_ERROR,
    "UNKNOWN": SERVER_ERROR,
    "DEADLINE_EXCEEDED": SERVER_ERROR,
    "UNIMPLEMENTED": SERVER_ERROR,
    "INTERNAL": SERVER_ERROR,
    "UNAVAILABLE": SERVER_ERROR,
    "DATA_LOSS": SERVER_ERROR,
}
"""gRPC codes by the HTTP status that google.rpc.Code maps them to (google/rpc/code.proto)."""


def model_name(value: object, default: str | None, limits: Limits) -> str:
    """The model that a record names, or the topic's; ContractError ``no_model`` or ``model`` without a usable one."""
    if value is None or value == "":
        value = default
    if value is None:
        raise ContractError("must name the model, got none", "$.model", Reason.NO_MODEL)
    return _label(value, "$.model", Reason.MODEL, limits)


def version_name(value: object, default: str | None, limits: Limits) -> str:
    """The version that a record names, else the topic's, else "". Numbers are taken as they are written: 1 is "1".

    >>> version_name(1, None, Limits()), version_name(None, None, Limits())
    ('1', '')
    """
    if value is None or value == "":
        value = default or ""
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1 << 63:
        value = repr(value)
    return _label(value, "$.version", Reason.VERSION, limits)


def _label(value: object, path: str, reason: Reason, limits: Limits) -> str:
    if not isinstance(value, str):
        raise ContractError(f"must be a string, got {type_name(value)}", path, reason)
    if len(value) > limits.label:
        raise ContractError(f"must have at most {limits.label} characters, got {len(value)}", path, reason)
    if _CONTROL.search(value):
        raise ContractError("must not hold control characters", path, reason)
    return value


def event_id(value: object, limits: Limits, count: Count) -> str | None:
    """The id as text; None when there is none. Too long a one is replaced by its hash."""
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, str | int):
        count("invalid_id")
        return None
    text = str(value)
    return text if len(text) <= limits.id else id_digest(text)


def id_digest(text: str) -> str:
    """32 hex digits of BLAKE2b-128: stands in for an id that is too long to be kept."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def entity_key(value: object, count: Count) -> str | None:
    """The entity as text (only its hash is kept); None when there is none."""
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, str | int):
        count("invalid_entity")
        return None
    return str(value)


def latency_seconds(value: object, count: Count) -> float:
    """Latency in seconds, NaN when there is none."""
    if value is None:
        return math.nan
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            seconds = float(value)
        except OverflowError:
            seconds = math.inf
        if 0 <= seconds < math.inf:
            return seconds
    count("invalid_latency")
    return math.nan


def status_class(value: object, count: Count) -> int:
    """Class of an HTTP code (number or digits) or a gRPC name.

    >>> [status_class(code, print) for code in (200, "404", 503, "UNAVAILABLE", "teapot", None)]
    [1, 2, 3, 3, 4, 0]
    """
    if value is None:
        return NO_STATUS
    if isinstance(value, str):
        return _GRPC.get(value) or (_http(int(value)) if _HTTP.fullmatch(value) else OTHER_STATUS)
    if isinstance(value, int) and not isinstance(value, bool):
        return _http(value)
    count("invalid_status")
    return NO_STATUS


def _http(code: int) -> int:
    if HTTPStatus.CONTINUE <= code < HTTPStatus.BAD_REQUEST:
        return STATUS_OK
    if HTTPStatus.BAD_REQUEST <= code < HTTPStatus.INTERNAL_SERVER_ERROR:
        return CLIENT_ERROR
    return SERVER_ERROR if HTTPStatus.INTERNAL_SERVER_ERROR <= code < 600 else OTHER_STATUS  # noqa: PLR2004 - end of 5xx


def error_flag(value: object, count: Count) -> bool:
    """Whether the answer was an error: true, or a text that says what."""
    if isinstance(value, bool | str):
        return bool(value)
    if value is not None:
        count("invalid_error")
    return False


def segment_map(value: object, limits: Limits, count: Count) -> dict[str, str] | None:
    """Segment names and values as text; what is no scalar, too long or too many is left out."""
    if value is None or value == {}:
        return None
    if not isinstance(value, Mapping):
        count("invalid_segment")
        return None
    entries: dict[str, str] = {}
    for name, entry in value.items():
        text = _segment_text(entry)
        if text is None or max(len(name), len(text)) > limits.label or len(entries) >= limits.segments:
            count("invalid_segment")
        else:
            entries[name] = text
    return entries or None


def _segment_text(value: object) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return value if isinstance(value, str) else None
