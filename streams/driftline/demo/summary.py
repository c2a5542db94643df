"""What came of it: everything on the violations and statistics topics, written to files, reported, and told as incidents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import msgspec
from rich.table import Table
from rich.text import Text

from driftline.broker.replay import read_topic
from driftline.broker.settings import replaying
from driftline.config import Config
from driftline.contracts.statistics import WindowStatistics, decode_statistics
from driftline.contracts.topics import TopicNames
from driftline.contracts.violation import Violation, decode_violation
from driftline.demo.paths import Paths
from driftline.demo.progress import local
from driftline.demo.written import write_report

_SEVERITIES: Final = ("info", "warning", "critical")


class Breach(msgspec.Struct, frozen=True):
    """One violated day of an incident; ``day`` is New York's, ``bound`` is what was compared with the limit."""

    day: str
    observed: float | None
    limit: float | None
    bound: float | None
    n: int


class Incident(msgspec.Struct, frozen=True):
    """One incident from its opening to its end; ``resolved`` is the first quiet day, None while it is open."""

    id: str
    feature: str
    check: str
    severity: str
    opened: str
    resolved: str | None
    worst: Breach
    breaches: tuple[Breach, ...]


class Summary(msgspec.Struct, frozen=True):
    """The whole demo: rows and windows of the statistics topic, incidents of the violations topic, files by what they are."""

    model: str
    version: str
    baseline: str
    windows: int
    rows: int
    late: int
    rejected: int
    seconds: float
    incidents: tuple[Incident, ...]
    files: dict[str, str]


def collect(config: Config, paths: Paths, seconds: float) -> Summary:
    """Read both topics to their ends and write them to their files. Raises BrokerError."""
    names = TopicNames(config.topic_prefix)
    windows = _windows(_save(config, names.statistics, paths.statistics))
    events = _events(_save(config, names.violations, paths.violations))
    write_report(paths, windows, events)
    last = windows[-1] if windows else None
    return Summary(
        model=last.model if last else "",
        version=last.version if last else "",
        baseline=(last.baseline_id or "") if last else "",
        windows=len(windows),
        rows=sum(window.rows for window in windows),
        late=sum(window.ledger.rows.late for window in windows),
        rejected=sum(window.ledger.rows.rejected for window in windows),
        seconds=round(seconds, 1),
        incidents=tuple(incidents_of(events)),
        files={
            "report": str(paths.report),
            "report in words": str(paths.markdown),
            "baseline": str(paths.baseline),
            "configuration": str(paths.config),
            "violations": str(paths.violations),
            "statistics": str(paths.statistics),
            "worker log": str(paths.log),
        },
    )


def incidents_of(events: Iterable[Violation]) -> Iterator[Incident]:
    """The incidents behind events, by opening day, feature and check. Repeated events change nothing."""
    stories: dict[str, dict[str, Violation]] = {}
    for event in events:
        stories.setdefault(event.incident_id, {})[event.event_id] = event
    told = (sorted(story.values(), key=lambda event: event.window.end) for story in stories.values())
    for story in sorted(told, key=lambda story: (story[0].opened.start, story[0].feature, story[0].check)):
        breaches = [event for event in story if event.kind != "resolved"]
        if breaches:
            yield _incident(breaches, story[-1])


def table_of(summary: Summary) -> Table:
    """One row an incident."""
    table = Table("opened", "days", "feature", "check", "severity", "worst", "limit", "resolved")
    for one in summary.incidents:
        severity = Text(one.severity, style="bold red" if one.severity == "critical" else "yellow")
        worst, limit = _number(one.worst.observed), _number(one.worst.limit)
        days, resolved = str(len(one.breaches)), one.resolved or "open"
        table.add_row(one.opened, days, one.feature or "–", one.check, severity, worst, limit, resolved)
    return table


def _incident(breaches: list[Violation], last: Violation) -> Incident:
    days = tuple(
        Breach(_date(event.window.start), event.observed, event.limit, event.bound, event.n) for event in breaches
    )
    return Incident(
        id=last.incident_id,
        feature=last.feature,
        check=last.check,
        severity=max((event.severity for event in breaches), key=_SEVERITIES.index),
        opened=days[0].day,
        resolved=_date(last.window.start) if last.kind == "resolved" else None,
        worst=max(days, key=lambda day: abs((day.observed or 0.0) - (day.limit or 0.0))),
        breaches=days,
    )


def _save(config: Config, topic: str, path: Path) -> list[bytes]:
    """The records of a topic, as they stand there, and the file that holds them."""
    values = [value for batch in read_topic(replaying(config.kafka), topic) for value in batch.values if value]
    path.write_bytes(b"".join(value + b"\n" for value in values))
    return values


def _events(values: Iterable[bytes]) -> list[Violation]:
    return [decode_violation(value) for value in values]


def _windows(values: Iterable[bytes]) -> list[WindowStatistics]:
    """The closed windows in their order, each once."""
    once = {(one.window.start, one.window.end): one for one in map(decode_statistics, values)}
    return [one for _, one in sorted(once.items())]


def _date(time_ms: int) -> str:
    return local(time_ms).date().isoformat()


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
