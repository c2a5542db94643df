"""The native capture as a model server writes it: what the decoder of ``formats/native.py`` reads, as a type for the schema.

Only ``features`` has to be there, if model and version stand in the configuration and the record has a Kafka timestamp.
Unknown keys are allowed. A JSON array of captures is several captures in one record.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

Scalar = float | str | bool | None
Milliseconds = Annotated[int, msgspec.Meta(description="milliseconds since the epoch, UTC")]
Rfc3339 = Annotated[str, msgspec.Meta(description="RFC 3339 date and time")]


class NativeCapture(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One row that a model saw, and what it answered.

    ``prediction`` is a value, a vector or a map of class to value. ``latency`` is in seconds, ``status`` an HTTP code or a gRPC
    status name, ``error`` true or a text. ``entity`` is whom the row is about (kept only as a hash). ``id`` names the event,
    for labels and against duplicates. ``weight`` says how many events a sampled row stands for (1 / the rate of sampling), for
    whoever scales figures up; driftline's own statistics count rows.
    """

    features: dict[str, Scalar]
    model: str | None = None
    version: str | None = None
    time: Milliseconds | Rfc3339 | None = None
    id: str | None = None
    prediction: float | str | bool | list[Scalar] | dict[str, Scalar] | None = None
    latency: float | None = None
    status: int | str | None = None
    error: bool | str | None = None
    entity: str | None = None
    segment: dict[str, str] | None = None
    weight: float | None = None
