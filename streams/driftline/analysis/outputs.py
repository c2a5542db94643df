"""A run's results as files: Model Monitor's, for whoever reads those; driftline's records; and the report for a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from driftline.analysis.result import AnalysisResult
from driftline.contracts.cloudevents import rfc3339
from driftline.contracts.statistics import WindowStatistics, encode_statistics
from driftline.contracts.violation import Window, encode_violation
from driftline.errors import ConfigError
from driftline.judging.monitor.report import FILES, violations_file
from driftline.report import Gathered, Report, html_of, markdown_of, report_of
from driftline.schedules.report import WINDOW, report_files


@dataclass(frozen=True)
class Everything:
    """The period of a report that tells of whatever it is given."""

    title: str
    start_ms: int = 0
    end_ms: int = 0

    def covers(self, _window: Window) -> bool:
        """All of it."""
        return True

    def span(self, _timezone: str) -> tuple[int, int]:
        """The range of the run."""
        return self.start_ms, self.end_ms


def report_for(result: AnalysisResult) -> Report:
    """The report of a run, as of a day or a week."""
    named = f"{result.model}/{result.version}"
    span = result.span
    period = (
        Everything(f"analysis of {named}")
        if span is None
        else Everything(f"analysis of {named}, {span}", span.start_ms, span.end_ms)
    )
    gathered: Gathered = Gathered(period)
    for window in result.windows:
        gathered.add(window.statistics)
    baseline = result.baseline
    held = {} if baseline is None else {baseline.id: baseline}
    told = report_of(gathered, result.violations, held.get)
    return msgspec.structs.replace(told, notes=(*told.notes, *result.notes, *result.refused.lines()))


def write_report(result: AnalysisResult, folder: Path, more: Mapping[str, bytes] | None = None) -> list[Path]:
    """Write everything into ``folder``, which is made if need be, ``more`` files by name first; what was written.

    Where Model Monitor's rules judge, its files are there: of the one window, or, of several, each in a folder of its own
    (``1h/2026-11-20T0600Z``). A run that could read nothing has no list of violations.

    Raises ConfigError where that can't be done.
    """
    written: list[Path] = []
    judged = [window.statistics for window in result.windows if window.statistics.rows]
    if result.baseline is not None and result.baseline.monitor is not None:
        if len(judged) == 1:
            more = {**_monitors(judged[0]), **(more or {})}
        else:
            for one in judged:
                start = rfc3339(one.window.start)[:16].replace(":", "") + "Z"
                written += write_files(_monitors(one), folder / one.window.label.replace("/", "-") / start)
    files = dict(more or {})
    if not result.unreadable:
        files[FILES[0]] = violations_file(result.lines)
    files["windows.jsonl"] = _lines([encode_statistics(window.statistics) for window in result.windows])
    files["violations.jsonl"] = _lines([encode_violation(event) for event in result.violations])
    report = report_for(result)
    files["report.html"] = html_of(report).encode()
    files["report.md"] = markdown_of(report).encode()
    return [*write_files(files, folder), *written]


def forget_verdict(folder: Path) -> None:
    """Remove the list of violations that an earlier run left in ``folder``. ConfigError where that can't be done."""
    try:
        for name in FILES:
            (folder / name).unlink(missing_ok=True)
    except NotADirectoryError:
        raise ConfigError(f"--report {folder}: must be a folder, and is a file") from None
    except OSError as error:
        raise ConfigError(f"--report {folder}: cannot be written: {error.strerror}") from error


def _monitors(statistics: WindowStatistics) -> dict[str, bytes]:
    """Model Monitor's files of a window; driftline's record of it stands elsewhere."""
    return {name: content for name, content in report_files(statistics).items() if name != WINDOW}


def write_files(files: dict[str, bytes], folder: Path) -> list[Path]:
    """Write files by name. ConfigError where that can't be done."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (folder / name).write_bytes(content)
    except OSError as error:
        raise ConfigError(f"--report {folder}: cannot be written: {error.strerror}") from error
    return [folder / name for name in files]


def summary_of(result: AnalysisResult) -> dict[str, object]:
    """The run in one document, for programs."""
    span = result.span
    return {
        "model": result.model,
        "version": result.version,
        "baseline_id": None if result.baseline is None else result.baseline.id,
        "start": None if span is None else span.start_ms,
        "end": None if span is None else span.end_ms,
        "state": result.state.value,
        "records": result.records,
        "rows": result.rows,
        "refused": dict(result.refused.rows),
        "windows": [_window(window.statistics) for window in result.windows],
        "violations": [msgspec.to_builtins(line) for line in result.lines],
        "notes": list(result.notes),
    }


def _window(statistics: object) -> dict[str, object]:
    told: dict[str, object] = msgspec.to_builtins(statistics)
    return {name: told[name] for name in ("window", "state", "rows")}


def _lines(records: list[bytes]) -> bytes:
    return b"".join(record + b"\n" for record in records)
