"""The ``executions`` topic: one record for each window that a schedule looked at, and where its report stands.

Version 1; the rules of evolution are those of :mod:`driftline.contracts.violation`. Nothing in a record depends on the clock
or on the worker: written twice it is the same bytes, unless writing the report failed in between.
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from driftline.contracts.control import MonitoringType
from driftline.contracts.violation import Count, StateName, Window, Wire
from driftline.errors import ContractError
from driftline.windows.stamp import compact_stamp

ExecutionStatus = Literal[
    "Pending", "InProgress", "Completed", "CompletedWithViolations", "Failed", "Stopping", "Stopped"
]

TERMINAL: Final = frozenset({"Completed", "CompletedWithViolations", "Failed", "Stopped"})
"""Nothing follows these."""


class Execution(Wire, frozen=True, kw_only=True):
    """One execution of a schedule. ``scheduled`` is its moment in ms UTC: the end of the window, or when a one-off run began.

    ``state`` is the worst of the window's readings (UNKNOWN: nothing could be judged, see ``exit_message``). ``report`` is the
    folder or URL that ``files`` stand in; it is empty when there are none. ``violations`` counts entries of
    ``constraint_violations.json``.
    """

    schedule: str
    model: str
    version: str
    endpoint: str
    monitoring_type: MonitoringType
    scheduled: int
    window: Window
    status: ExecutionStatus
    state: StateName
    exit_message: str = ""
    failure_reason: str = ""
    report: str = ""
    files: tuple[str, ...] = ()
    rows: Count = 0
    violations: Count = 0
    baseline_id: str | None = None
    schema: Literal[1] = 1


_ENCODER = msgspec.json.Encoder(order="deterministic")
_DECODER = msgspec.json.Decoder(Execution)


def execution_name(execution: Execution) -> str:
    """Its name among those of all schedules, in the place of Model Monitor's processing job.

    >>> execution_name(msgspec.convert({"schedule": "hourly", "model": "m", "version": "1", "endpoint": "m", "monitoring_type":
    ...     "DataQuality", "scheduled": 0, "window": {"label": "1h", "start": -3600000, "end": 0}, "status": "Completed",
    ...     "state": "OK"}, Execution))
    'hourly-19700101T000000Z'
    """
    return f"{execution.schedule}-{compact_stamp(execution.scheduled)}"


def execution_key(execution: Execution) -> bytes:
    """The record's key: a window reported twice has one."""
    return f"{execution.schedule}/{compact_stamp(execution.scheduled)}".encode()


def encode_execution(execution: Execution) -> bytes:
    """The record's JSON; equal executions give equal bytes."""
    return _ENCODER.encode(execution)


def decode_execution(data: bytes) -> Execution:
    """The execution behind ``data``. Raises ContractError when it is none, or of a version that this program does not know."""
    try:
        return _DECODER.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ContractError(f"an execution must be decodable: {error}") from error
