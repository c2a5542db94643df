"""What the worker shows of itself: metrics in the Prometheus formats, health, and the doors of the live page."""

from driftline.exporter.names import ALL_FAMILIES, Family, FamilyKind
from driftline.exporter.operations import ServingTotals
from driftline.exporter.render import Exposition, Renderer
from driftline.exporter.series import BlockName, SeriesKey, SeriesTable
from driftline.exporter.worker import WorkerMetrics

__all__ = [
    "ALL_FAMILIES",
    "BlockName",
    "Exposition",
    "Family",
    "FamilyKind",
    "Renderer",
    "SeriesKey",
    "SeriesTable",
    "ServingTotals",
    "WorkerMetrics",
]
