"""The limits that SECURITY.md lists are those of the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from driftline.agents.recall import STATISTICS_BYTES, VIOLATIONS_BYTES
from driftline.baseline.profile import MAX_COLUMNS
from driftline.broker.settings import MAX_MESSAGE_BYTES
from driftline.config import MetricsConfig, TopicConfig
from driftline.contracts.capture import Limits
from driftline.contracts.deadletter import MAX_HEADERS as LETTER_HEADERS
from driftline.contracts.deadletter import MAX_MESSAGE
from driftline.contracts.document import MAX_DIGITS
from driftline.contracts.plans import MAX_PLANS
from driftline.engine.verdict import MAX_MODELS
from driftline.exporter import door
from driftline.exporter.text import MAX_LABEL_LENGTH
from driftline.hooks.child import MOST_ANSWER
from driftline.judging.own import MOST_READINGS
from driftline.stats.open_profile import COLUMN_CAP
from driftline.web import index, paging

ROOT = Path(__file__).parents[2]
LIMITS = Limits()
SAID: dict[str, tuple[int, ...]] = {
    "a record": (TopicConfig("t").max_record_bytes >> 20,),
    "rows of a record": (LIMITS.rows,),
    "features of a row without a baseline": (LIMITS.features, COLUMN_CAP),
    "extra columns told by name": (LIMITS.extras,),
    "name of a feature, a text, an event id": (LIMITS.name, LIMITS.text, LIMITS.id),
    "name of a model or version": (LIMITS.label,),
    "digits of a number, depth of a document": (MAX_DIGITS,),
    "time of an event ahead of its record": (TopicConfig("t").future_limit_ms // 3_600_000,),
    "models without a baseline": (MAX_MODELS,),
    "shapes of records remembered": (MAX_PLANS,),
    "what a script makes of a record": (MOST_ANSWER >> 20,),
    "readings of an own check": (MOST_READINGS,),
    "columns of a baseline": (MAX_COLUMNS,),
    "read back for a page's past, statistics and violations": (STATISTICS_BYTES // 10**6, VIOLATIONS_BYTES // 10**6),
    "a record that a worker writes": (MAX_MESSAGE_BYTES >> 20,),
    "series of `/metrics`": (MetricsConfig().max_series,),
    "label of a series": (MAX_LABEL_LENGTH,),
    "message and copied headers of a dead letter": (MAX_MESSAGE, LETTER_HEADERS),
    "models or features, incidents, sources on a page": (paging.ROWS, index.MAX_INCIDENTS, index.MAX_SOURCES),
    "connections to the web server": (door.MAX_CONNECTIONS,),
    "request line, a header, headers": (door.MAX_LINE_BYTES, door.MAX_HEADER_BYTES, door.MAX_HEADERS),
    "silence before the first request, between two": (int(door.SILENCE_SECONDS), int(door.IDLE_SECONDS)),
}
ROWS = {
    cells[0]: cells[1:]
    for line in (ROOT / "SECURITY.md").read_text().partition("## Limits")[2].splitlines()
    if len(cells := [cell.strip() for cell in line.strip("|").split("|")]) == 4
}


@pytest.mark.parametrize("what", SAID)
def test_the_figure_is_the_one_in_force(what: str) -> None:
    figures = [int(figure.replace(",", "")) for figure in re.findall(r"\d[\d,]*(?<!,)", ROWS[what][0])]
    assert tuple(figures) == SAID[what]


def test_every_limit_is_where_it_is_said_to_be() -> None:
    assert len(ROWS) > len(SAID)
    paths = [path for _, where, _ in ROWS.values() for path in re.findall(r"`([\w/]+\.py)`", where)]
    assert [path for path in paths if not (ROOT / "streams" / "driftline" / path).is_file()] == []
