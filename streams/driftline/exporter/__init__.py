"""What the worker shows of itself: metrics in the Prometheus formats, health, and the doors of the live page."""

from driftline.exporter.names import ALL_FAMILIES, Family, FamilyKind
from driftline.exporter.operations import ServingTotals
from driftline.exporter.render import Exposition, Renderer
from driftline.exporter.series import BlockName, SeriesKey, SeriesTable
from driftline.exporter.server import ExporterServer, Page
from driftline.exporter.thread import ServerThread
from driftline.exporter.windows import show_closed, show_model, show_open, show_watch
from driftline.exporter.worker import WorkerMetrics

__all__ = [
    "ALL_FAMILIES",
    "BlockName",
    "ExporterServer",
    "Exposition",
    "Family",
    "FamilyKind",
    "Page",
    "Renderer",
    "SeriesKey",
    "SeriesTable",
    "ServerThread",
    "ServingTotals",
    "WorkerMetrics",
    "show_closed",
    "show_model",
    "show_open",
    "show_watch",
]
