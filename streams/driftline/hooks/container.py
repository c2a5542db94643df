"""A program of one's own under the contract of Model Monitor's containers ("bring your own container"), without a container.

It is a command line. It finds Model Monitor's variables in its environment and its data and baselines where they say, writes
its reports to ``output_path``, and what stands below ``/opt/ml/output`` there into folders that two more variables name:
``message_path`` and ``metrics_path``.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from driftline.errors import HookError
from driftline.hooks.contract import VIOLATIONS_NAMES, RunContract
from driftline.hooks.process import child_environment

MESSAGE: Final = "message"
METRICS: Final = "metrics/cloudwatch"
"""Below ``/opt/ml/output`` of a container."""

MOST_BYTES: Final = 64 << 20
"""Of a report that is read back. Chosen: some hundred thousand violations."""

MOST_MESSAGE: Final = 1024
"""Characters of an exit message (API_ProcessingJob, ExitMessage)."""

LAST_BYTES: Final = 4_000
"""Of what a program printed, the last ones, for when it fails."""


class ViolationEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of ``constraint_violations.json``; entries of other monitors have other names beside."""

    constraint_check_type: str
    description: str
    feature_name: str = ""
    metric_name: str = ""


class _Violations(msgspec.Struct, frozen=True):
    violations: tuple[ViolationEntry, ...] = ()


@dataclass(frozen=True)
class ContainerResult:
    """What a program left: exit code (None: it was ended for being slow), message, violations, metrics, its last words."""

    exit_code: int | None
    message: str
    violations: tuple[ViolationEntry, ...]
    metrics: tuple[dict[str, Any], ...]
    printed: str

    @property
    def status(self) -> str:
        """Model Monitor's status of an execution."""
        if self.exit_code != 0:
            return "Failed"
        told = self.message.startswith("CompletedWithViolations")
        return "CompletedWithViolations" if told or self.violations else "Completed"


def run_container(
    command: Sequence[str], contract: RunContract, *, seconds: float, folder: Path | None = None
) -> ContainerResult:
    """Run a program to its end. Blocks; the program and all its children are killed after ``seconds``.

    ``folder`` stands for ``/opt/ml/output`` (default: ``ml`` in ``output_path``). Raises HookError when the program cannot be
    started, or leaves a report that cannot be read: what was expected, what came, in which file.
    """
    place = folder or contract.output / "ml"
    (place / METRICS).mkdir(parents=True, exist_ok=True)
    contract.output.mkdir(parents=True, exist_ok=True)
    paths = {"message_path": str((place / MESSAGE).absolute()), "metrics_path": str((place / METRICS).absolute())}
    with tempfile.TemporaryFile() as printed:
        code = _run(command, child_environment({**contract.environment(), **paths}), seconds, printed.fileno())
        words = _last(printed.fileno())
    if code is None:
        return ContainerResult(None, f"took longer than {seconds:g} s", (), (), words)
    message = _text(place / MESSAGE)[:MOST_MESSAGE].strip() or (f"exit code {code}" if code else "")
    return ContainerResult(code, message, _violations(contract.output), _metrics(place / METRICS), words)


def _run(command: Sequence[str], environment: dict[str, str], seconds: float, printed: int) -> int | None:
    """The exit code; None when the time was up."""
    try:
        process = subprocess.Popen(  # noqa: S603 - what the local configuration or command line names
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,
        )
    except OSError as error:
        raise HookError(f"{command[0]}: cannot be started: {error.strerror or error}") from error
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        return None
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _last(printed: int) -> str:
    size = os.fstat(printed).st_size
    return os.pread(printed, LAST_BYTES, max(0, size - LAST_BYTES)).decode("utf-8", "replace")


def _text(path: Path) -> str:
    return _read(path).decode("utf-8", "replace") if path.is_file() else ""


def _read(path: Path) -> bytes:
    if path.stat().st_size > MOST_BYTES:
        raise HookError(f"{path}: must have at most {MOST_BYTES} bytes, got {path.stat().st_size}")
    return path.read_bytes()


def _violations(output: Path) -> tuple[ViolationEntry, ...]:
    for path in (output / name for name in VIOLATIONS_NAMES):
        if path.is_file():
            try:
                return msgspec.json.decode(_read(path), type=_Violations).violations
            except (msgspec.DecodeError, UnicodeError) as error:
                expected = '{"violations": [{"feature_name", "constraint_check_type", "description"}]}'
                raise HookError(f"{path}: must be {expected}: {error}") from None
    return ()


def _metrics(folder: Path) -> tuple[dict[str, Any], ...]:
    """The JSON lines of every file that a program has left for CloudWatch."""
    found: list[dict[str, Any]] = []
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        for number, line in enumerate(_text(path).splitlines(), 1):
            if line.strip():
                found.append(_metric(line, f"{path}:{number}"))
    return tuple(found)


def _metric(line: str, where: str) -> dict[str, Any]:
    try:
        metric = msgspec.json.decode(line, type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise HookError(f"{where}: must be one JSON object a line: {error}") from None
    if not isinstance(metric.get("MetricName"), str) or not metric.keys() & {"Value", "StatisticValues"}:
        raise HookError(f"{where}: must have MetricName, and Value or StatisticValues; got {', '.join(sorted(metric))}")
    return metric
