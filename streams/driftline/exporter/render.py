"""One exposition out of two halves: the series table in cached text, the worker's own objects by prometheus_client."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from prometheus_client.exposition import choose_encoder

from driftline.exporter.names import Family
from driftline.exporter.series import Block, SeriesTable
from driftline.exporter.text import header
from driftline.exporter.worker import WorkerMetrics


@dataclass(frozen=True)
class Exposition:
    """What a scrape gets."""

    body: bytes
    content_type: str


def render_table(families: Iterable[Family], blocks: Sequence[Block], *, openmetrics: bool) -> str:
    """The text of the series table: every family once, with its header even when it has no series yet."""
    parts = []
    for family in families:
        parts.append(header(family, openmetrics=openmetrics))
        parts.extend(block.text(family.name) for block in blocks)
    return "".join(parts)


class Renderer:
    """Renders the table and the worker's objects; keeps the table's text of each format until the table changes.

    Cost for 50,000 series: see benchmarks/bench_metrics_render.py; nothing but a copy when nothing changed.
    """

    def __init__(self, table: SeriesTable, worker: WorkerMetrics) -> None:
        self._table = table
        self._worker = worker
        self._kept: dict[bool, tuple[int, bytes]] = {}

    def render(self, accept: str = "") -> Exposition:
        """The exposition in the format that the Accept header asks for: OpenMetrics, or else text 0.0.4.

        May run in a thread of its own, one at a time.
        """
        began = time.perf_counter()
        encoder, content_type = choose_encoder(accept)
        openmetrics = content_type.startswith("application/openmetrics-text")
        text = self._table_text(openmetrics=openmetrics)
        table = self._table
        self._worker.show_table(len(table), table.refused, table.dropped, table.shortened)
        rest = encoder(self._worker.registry)
        body = text + rest  # in OpenMetrics the worker's half ends in the one `# EOF`
        self._worker.show_render_seconds(time.perf_counter() - began)
        return Exposition(body, content_type)

    def _table_text(self, *, openmetrics: bool) -> bytes:
        changes, text = self._kept.get(openmetrics, (-1, b""))
        if changes != self._table.changes:
            changes = self._table.changes
            text = render_table(self._table.families, self._table.snapshot(), openmetrics=openmetrics).encode()
            self._kept[openmetrics] = (changes, text)
        return text
