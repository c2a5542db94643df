"""The ``control`` topic: what people ask of the workers, and what workers answer. Data only: code is named locally.

Version 1; the rules of evolution are those of :mod:`driftline.contracts.violation`. The newest record of a key holds, and a
tombstone takes it back. Times are integer milliseconds since the epoch, UTC.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec

from driftline.contracts.violation import Count, Wire
from driftline.errors import ContractError

NAME_PATTERN: Final = "^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$"
"""Model Monitor's pattern of names of schedules (API_CreateMonitoringSchedule)."""

MAX_ALERT: Final = 100
"""Largest M and N of an alert (API_UpdateMonitoringAlert)."""

SCHEDULE: Final = "schedule"
ANSWER: Final = "schedule-status"

Name = Annotated[str, msgspec.Meta(pattern=NAME_PATTERN)]
Text = Annotated[str, msgspec.Meta(max_length=1024)]
Part = Annotated[str, msgspec.Meta(min_length=1, max_length=1024)]
Executions = Annotated[int, msgspec.Meta(ge=1, le=MAX_ALERT)]
MonitoringType = Literal["DataQuality", "ModelQuality", "ModelBias", "ModelExplainability"]
Answered = Literal["Scheduled", "Failed"]


class AlertRule(Wire, frozen=True, kw_only=True):
    """In alert while at least ``datapoints`` of the last ``period`` executions found violations (M of N)."""

    datapoints: Executions = 1
    period: Executions = 1


class Span(Wire, frozen=True, kw_only=True):
    """Ends of windows in (start, end] are reported; an end of None is open."""

    start: int
    end: int | None = None


class Schedule(Wire, frozen=True, kw_only=True):
    """A schedule of reports on one model and version.

    ``endpoint`` is the name under which reports stand, the model's if empty. ``baseline`` is the id by which windows must
    have been judged, any if empty. ``output`` is a folder or URL that the worker's own configuration has to allow; empty is the
    worker's first one. ``preprocess`` and ``postprocess`` are file names of the scripts that the worker's configuration has to
    name for the model: code is never named from here. The analysis range is that of expression NOW. ``revision`` counts
    changes, ``active`` says when it was started and stopped.
    """

    name: Name
    model: Part
    version: Part
    endpoint: Text = ""
    expression: Part
    monitoring_type: MonitoringType = "DataQuality"
    baseline: Text = ""
    output: Text = ""
    preprocess: Text = ""
    postprocess: Text = ""
    analysis_start: Text = ""
    analysis_end: Text = ""
    alert: AlertRule = AlertRule()
    emit_metrics: bool = True
    created: int
    modified: int
    revision: Count = 1
    active: tuple[Span, ...] = ()
    schema: Literal[1] = 1


class ScheduleAnswer(Wire, frozen=True, kw_only=True):
    """What a worker made of a revision of a schedule: it is served, or why it cannot be."""

    name: Name
    revision: Count
    status: Answered
    reason: str = ""
    schema: Literal[1] = 1


_ENCODER = msgspec.json.Encoder(order="deterministic")
_SCHEDULES = msgspec.json.Decoder(Schedule)
_ANSWERS = msgspec.json.Decoder(ScheduleAnswer)


def schedule_key(name: str) -> bytes:
    """The key of a schedule.

    >>> schedule_key("hourly")
    b'schedule/hourly'
    """
    return f"{SCHEDULE}/{name}".encode()


def answer_key(name: str) -> bytes:
    """The key of the answer to it."""
    return f"{ANSWER}/{name}".encode()


def kind_of(key: bytes | None) -> str:
    """What a record of ``control`` is, by its key; "" for a key that is none of ours."""
    kind, _, name = (key or b"").partition(b"/")
    return kind.decode("ascii", "replace") if name else ""


def encode_control(record: Schedule | ScheduleAnswer) -> bytes:
    """The record's JSON; equal records give equal bytes."""
    return _ENCODER.encode(record)


def decode_schedule(data: bytes) -> Schedule:
    """The schedule behind ``data``. Raises ContractError when it is none, or of a version that this program does not know."""
    try:
        return _SCHEDULES.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ContractError(f"a schedule must be decodable: {error}") from error


def decode_answer(data: bytes) -> ScheduleAnswer:
    """The answer behind ``data``. Raises ContractError as :func:`decode_schedule`."""
    try:
        return _ANSWERS.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ContractError(f"the status of a schedule must be decodable: {error}") from error
