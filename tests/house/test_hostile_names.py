"""Names that someone chose to do harm are shown as what they are: on /metrics, on a terminal, in a log."""

from __future__ import annotations

import io
import logging
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from driftline.agents.lines import PlainFormatter
from driftline.cli.terminal import PlainConsole
from driftline.exporter import BlockName, Renderer, SeriesKey, SeriesTable, WorkerMetrics, names
from driftline.exporter.text import MAX_LABEL_LENGTH
from driftline.printable import printable, printable_line

HOSTILE = [
    'x"} 1\nfake_metric{a="b',
    "back\\slash\\",
    "\\n\n\\",
    "<script>alert(1)</script>",
    "\x1b]0;title\x07\x1b[2J\x1b[31m",
    "\x9b31m",
    "abc\u202efdp.exe",
    "line\r\nHTTP/1.1 200",
    "a\0b",
    "\u2028\u2029",
    "[bold red]x[/]",
    "{}{0.__class__}%s%n",
    "../../etc/passwd",
    "=cmd|' /C calc'!A0",
]
"""For the exposition formats, HTML, terminals, headers, markup, format strings, paths, spreadsheets."""


def exposed(model: str, feature: str) -> list[tuple[str, dict[str, str], float]]:
    """What a scraper reads of one series with these names, and of a counter."""
    table, metrics = SeriesTable(), WorkerMetrics()
    table.assign(BlockName(model, "1", "closed 1h"), (SeriesKey(names.FEATURE_MEAN.name, (feature, "1h")),), [0.5])
    metrics.count_violation(model, "1", "c", "warning", "id")
    text = Renderer(table, metrics).render().body.decode()
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    assert not any(sample.name == "fake_metric" for sample in samples)
    wanted = {names.FEATURE_MEAN.name, names.VIOLATIONS.name}
    return [(one.name, one.labels, one.value) for one in samples if one.name in wanted]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_scraper_reads_the_name_as_it_is(name: str) -> None:
    found = exposed(name, name)
    assert {one[1]["model"] for one in found} == {name}
    assert {one[1]["feature"] for one in found if "feature" in one[1]} == {name}
    assert len(found) == 2


@given(st.text(min_size=1, max_size=MAX_LABEL_LENGTH), st.text(max_size=MAX_LABEL_LENGTH))
@settings(deadline=None)  # the first draw imports and compiles
def test_so_it_does_of_any_name(model: str, feature: str) -> None:
    text = model.encode("utf-8", "replace").decode()
    assert {one[1]["model"] for one in exposed(model, feature)} == {text}


def controls(text: str) -> list[str]:
    """Characters that do something rather than show something."""
    return [c for c in text if c != "\n" and unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"}]


@given(st.text())
def test_what_is_printed_does_nothing_and_says_everything(text: str) -> None:
    assert controls(printable(text)) == []
    assert "\n" not in printable_line(text)
    plain = "".join(c for c in text if c.isprintable())
    assert printable(plain) == plain


@pytest.mark.parametrize("name", HOSTILE)
def test_a_terminal_is_not_obeyed_to(name: str) -> None:
    from rich.table import Table  # noqa: PLC0415 - only here
    from rich.text import Text  # noqa: PLC0415 - only here

    console = PlainConsole(width=200)
    console.file = io.StringIO()
    table = Table("name")
    table.add_row(name)
    table.add_row(Text(name, style="red"))
    console.print(table)
    console.print(name)
    assert controls(console.file.getvalue()) == []
    assert ("[bold red]x[/]" in console.file.getvalue()) == (name == "[bold red]x[/]")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_log_line_is_one_line(name: str) -> None:
    record = logging.LogRecord("driftline.x", logging.WARNING, __file__, 1, "no such model: %s", (name,), None)
    line = PlainFormatter("%(levelname)s %(message)s").format(record)
    assert "\n" not in line
    assert controls(line) == []
    assert line.startswith("WARNING no such model: ")
