"""Baselines as text: the table that people read, and the JSON that programs do."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table

from driftline.baseline import Baseline, ColumnProfile, NumericStatistics
from driftline.baseline.diff import Difference
from driftline.baseline.sight import smallest_distance, smallest_shift
from driftline.cli.baseline_sight import monitor_sight
from driftline.cli.common import console

_LISTED = 4


@contextlib.contextmanager
def reading() -> Iterator[Callable[[float], None] | None]:
    """A progress bar on a terminal, nothing elsewhere."""
    terminal = Console(stderr=True)
    if not terminal.is_terminal:
        yield None
        return
    with Progress(console=terminal, transient=True) as bar:
        task = bar.add_task("reading, twice", total=1.0)
        yield lambda done: bar.update(task, completed=done)


def report(
    baseline: Baseline,
    reasons: Mapping[str, str],
    hints: Sequence[str],
    written: Sequence[str],
    topic: str | None,
    window_rows: int,
    *,
    as_json: bool,
) -> None:
    """What was inferred, and where it is now."""
    if as_json:
        found = document(baseline, reasons, hints) | {"files": list(written), "topic": topic}
        typer.echo(json.dumps(found))
        return
    print_baseline(baseline, reasons, window_rows)
    for line in (*(f"note: {hint}" for hint in hints), *(f"wrote {path}" for path in written)):
        typer.echo(line)
    if topic is not None:
        typer.echo(f"published to {topic}")


def print_baseline(baseline: Baseline, reasons: Mapping[str, str], window_rows: int) -> None:
    """The headline and the table of columns."""
    terminal = console()
    terminal.print(headline(baseline), markup=False)
    terminal.print(table_of(baseline, reasons, window_rows))


def table_of(baseline: Baseline, reasons: Mapping[str, str], window_rows: int) -> Table:
    """All columns of a baseline: what they are for and why, what is in them, and the smallest change that will be seen."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("column", "role", "kind", "complete", "values", f"seen at {window_rows:,} rows"):
        table.add_column(name, overflow="fold", no_wrap=name in {"role", "kind", "complete"})
    for column in baseline.columns:
        why = reasons.get(column.name, "")
        values = f"{_values(column)}{'; ' if why and column.statistics else ''}{why}"
        cells = (column.name, column.role, column.kind, _complete(baseline, column), values)
        table.add_row(*map(escape, cells), _sight(baseline, column, window_rows))
    return table


def _complete(baseline: Baseline, column: ColumnProfile) -> str:
    share = _completeness(baseline, column)
    return "–" if share is None else f"{share:.1%}"


def _completeness(baseline: Baseline, column: ColumnProfile) -> float | None:
    """The share of rows with a value; None where nothing is known of the column."""
    statistics = column.statistics
    is_known = statistics is not None and baseline.rows and statistics.present + statistics.missing
    return statistics.present / baseline.rows if is_known and statistics is not None else None


def _values(column: ColumnProfile) -> str:
    statistics = column.statistics
    if statistics is None or not statistics.present:
        return ""
    if isinstance(statistics, NumericStatistics):
        return f"{statistics.min:g} … {statistics.max:g}, mean {statistics.mean:.4g} ± {statistics.std:.4g}"
    if not statistics.categories:
        return f"{statistics.distinct:,} different texts"
    most = ", ".join(value[:20] for value in list(statistics.categories)[:_LISTED])
    more = statistics.distinct - _LISTED
    return f"{most}{f' and {more:,} more' if more > 0 else ''}"


def _sight(baseline: Baseline, column: ColumnProfile, window_rows: int) -> str:
    statistics = column.statistics
    if statistics is None or not column.role.is_monitored:
        return ""
    if baseline.monitor is not None:
        return monitor_sight(column, baseline.monitor.rules_of(column.name), window_rows, baseline.rows)
    if not baseline.constraints.is_on("baseline_drift_check", column.name):
        return "not judged"
    limit = baseline.constraints.limits(column.name).drift.limit
    present = max(1, round(window_rows * statistics.present / baseline.rows))
    if isinstance(statistics, NumericStatistics):
        shift = smallest_shift(limit, statistics.count, present)
        return "too few rows" if shift is None else f"{shift:.2f} σ"
    distance = smallest_distance(limit, max(1, statistics.count), present)
    return "too few rows" if distance >= 1.0 else f"{100 * distance:.0f} points of a share"


def headline(baseline: Baseline) -> str:
    """One line: whose baseline it is, of how much."""
    judged = "" if baseline.monitor is None else "; judged as SageMaker Model Monitor would"
    whose = f"{baseline.model}/{baseline.version}"
    return f"baseline {baseline.id} of {whose}: {baseline.rows:,} rows of {baseline.source}{judged}"


def document(baseline: Baseline, reasons: Mapping[str, str], hints: Sequence[str]) -> dict[str, object]:
    """What the table says, for programs."""
    return {
        "id": baseline.id,
        "model": baseline.model,
        "version": baseline.version,
        "created": baseline.created,
        "source": baseline.source,
        "rows": baseline.rows,
        "effective_from": baseline.effective_from,
        "judged_as": "driftline" if baseline.monitor is None else "sagemaker",
        "columns": [_column(baseline, column, reasons.get(column.name, "")) for column in baseline.columns],
        "hints": list(hints),
    }


def _column(baseline: Baseline, column: ColumnProfile, why: str) -> dict[str, object]:
    found: dict[str, object] = {"name": column.name, "role": column.role.value, "kind": column.kind.value}
    if why:
        found["why"] = why
    statistics = column.statistics
    if statistics is not None:
        found |= {"completeness": _completeness(baseline, column), "distinct": statistics.distinct}
    if isinstance(statistics, NumericStatistics):
        found |= {name: getattr(statistics, name) for name in ("min", "max", "mean", "std")}
    return found


def differences(found: Sequence[Difference]) -> Table:
    """What differs, a line each."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("column", "what", "first", "second"):
        table.add_column(name, overflow="fold")
    for one in found:
        table.add_row(*(escape(text) for text in one))
    return table
