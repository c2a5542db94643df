"""The live page: HTML documents with style and script inside, whole without the script, escaped throughout."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files

import msgspec

from driftline.drawing.document import document
from driftline.drawing.document import policy as policy_of
from driftline.drawing.html import Markup, element, join
from driftline.errors import NotFoundError
from driftline.web.feature import feature_page
from driftline.web.index import first_page
from driftline.web.links import HOME, model_link
from driftline.web.model import model_page
from driftline.web.state import ModelPage, PageState, Wanted

TakeModel = Callable[[Wanted], ModelPage | None]


class LivePage:
    """Draws what `take` and `take_model` give. Everything may run in any thread; they see to it where they look.

    Both may raise TimeoutError. A query is a `name` and `version` of a model, and of it a `window` length, a `feature` or a
    `page`.
    """

    def __init__(self, take: Callable[[], PageState], take_model: TakeModel) -> None:
        self._take = take
        self._take_model = take_model
        self.policy = policy()

    def first(self, query: Mapping[str, str]) -> str:
        """The first page."""
        return render_first(self._take(), _page(query))

    def model(self, query: Mapping[str, str]) -> str:
        """The page of a model, or of one feature of it. NotFoundError when there is none such."""
        page = self._wanted(query)
        return render_feature(page, query["feature"]) if "feature" in query else render_model(page, _page(query))

    def json(self, query: Mapping[str, str]) -> bytes:
        """The fields of PageState; with a `name`, those of ModelPage. NotFoundError as for `model`."""
        return msgspec.json.encode(self._wanted(query) if "name" in query else self._take())

    def _wanted(self, query: Mapping[str, str]) -> ModelPage:
        wanted = Wanted(model=query.get("name", ""), version=query.get("version", ""), window=query.get("window", ""))
        page = self._take_model(wanted)
        if page is None:
            which = f"{wanted.model} {wanted.version} {wanted.window}".strip()
            raise NotFoundError(f"this worker has no closed window of {which}")
        return page


def policy() -> str:
    """The Content-Security-Policy under which the pages work."""
    return policy_of(script())


@cache
def script() -> str:
    """What keeps an open page up to date."""
    return files("driftline.web").joinpath("page.js").read_text(encoding="utf-8")


def render_first(state: PageState, page: int = 1) -> str:
    """The HTML of the first page."""
    worst = state.models[0].state if state.models else "UNKNOWN"
    footer = f"driftline {state.release}".strip()
    main = join((element("h1", "Models and incidents"), first_page(state, page)))
    return document(f"{worst} – driftline", _header(()), main, footer, script())


def render_model(page: ModelPage, number: int = 1) -> str:
    """The HTML of a model's page."""
    name = f"{page.view.model} {page.view.version}".strip()
    return document(
        f"{page.view.state} {name} – driftline", _header((name,)), model_page(page, number), "driftline", script()
    )


def render_feature(page: ModelPage, feature: str) -> str:
    """The HTML of a feature's page. NotFoundError when the model has none of that name."""
    view, record = next((one for one in page.view.features if one.name == feature), None), page.feature(feature)
    if view is None or record is None:
        raise NotFoundError(f"{page.view.model} {page.view.version} has no feature {feature!r} in its last window")
    up = element(
        "a", f"{page.view.model} {page.view.version}".strip(), href=model_link(page.view.model, page.view.version)
    )
    main = feature_page(page.view, view, record)
    return document(f"{view.state} {feature} – driftline", _header((up, feature)), main, "driftline", script())


def _header(trail: tuple[str, ...]) -> Markup:
    steps = (element("a", "driftline", href=HOME), *trail)
    return join(
        (
            element("nav", join(steps, " › "), aria_label="Where this is"),
            element(
                "div",
                element("span", "", id="connection", role="status"),
                element("button", "Pause", id="pause", type="button", hidden=True),
                class_="live",
            ),
        )
    )


def _page(query: Mapping[str, str]) -> int:
    text = query.get("page", "1")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1  # noqa: PLR2004 - no list is longer
