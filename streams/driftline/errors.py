"""The errors of driftline: what was expected, what came, and where.

Everything that driftline raises on purpose is a `DriftlineError`; its text is one line that a person can act upon.
Anything else that escapes is a bug.
"""

from __future__ import annotations


class DriftlineError(Exception):
    """Base of all errors that driftline raises on purpose."""


class ConfigError(DriftlineError):
    """A setting cannot be used; the message holds every fault that was found, one a line."""


class ContractError(DriftlineError):
    """Bytes do not hold what their contract promises.

    ``path`` is where in the record (``$.features.age``), ``reason`` a short stable code for counters and dead letters.

    >>> raise ContractError("must be a number, got str", path="$.features.age", reason="type")
    Traceback (most recent call last):
    driftline.errors.ContractError: $.features.age: must be a number, got str
    """

    def __init__(self, message: str, path: str = "", reason: str = "malformed") -> None:
        super().__init__(f"{path}: {message}" if path else message)
        self.message = message
        self.path = path
        self.reason = reason


class BaselineError(DriftlineError):
    """A baseline cannot be made, read or used."""


class ProtocolError(DriftlineError):
    """The delta log or the state kept beside it breaks its own rules: never a matter of the user's data."""


class BrokerError(DriftlineError):
    """Kafka refused, or could not be reached."""


class WorkerFailedError(DriftlineError):
    """A part of a worker failed, so that the worker has to end; a restart goes on where the log says."""


class HookError(DriftlineError):
    """Code of one's own (a script, a program, a check) cannot be loaded, or failed."""


class NotFoundError(DriftlineError):
    """What was asked for by name is not there."""


class ReportError(DriftlineError):
    """A report cannot be written to its place, or read from it."""
