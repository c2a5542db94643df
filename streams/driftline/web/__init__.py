"""The live page of a worker: its state as plain values, and the HTML that shows them."""

from driftline.web.page import LivePage, render_feature, render_first, render_model
from driftline.web.state import ModelPage, PageState, SourceView, Tally, Wanted

__all__ = [
    "LivePage",
    "ModelPage",
    "PageState",
    "SourceView",
    "Tally",
    "Wanted",
    "render_feature",
    "render_first",
    "render_model",
]
