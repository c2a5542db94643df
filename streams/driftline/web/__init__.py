"""The live page of a worker: its state as plain values, and the HTML that shows them."""

from driftline.web.page import LivePage, render_page
from driftline.web.state import (
    FeatureView,
    IncidentView,
    ModelView,
    PageState,
    SourceView,
    Tally,
)

__all__ = [
    "FeatureView",
    "IncidentView",
    "LivePage",
    "ModelView",
    "PageState",
    "SourceView",
    "Tally",
    "render_page",
]
