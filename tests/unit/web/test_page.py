import base64
import hashlib
import json
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from driftline.agents.pagemodels import PageModels
from driftline.contracts.violation import StateName
from driftline.engine.book import Emitted
from driftline.errors import NotFoundError
from driftline.web import (
    LivePage,
    ModelPage,
    PageState,
    SourceView,
    Tally,
    Wanted,
    render_feature,
    render_first,
    render_model,
)
from driftline.web.page import script
from support.pages import DAY, START, Reader, feature, incident, live_model, reading, violation, window

NOW = START + 3 * DAY


def full(text: str = "age") -> PageState:
    view = msgspec.structs.replace(live_model(text).view, model=text, reason=text, open_rows=5)
    return PageState(
        generated=NOW, worker=text, notes=(text,), events_per_second=1234.5, models=(view,),
        incidents=(incident(feature=text, reason=text, reproduce=text),),
        sources=(SourceView(topic=text, partition=0, lag=3, watermark=NOW - 61_000, why=text, records=Tally(accepted=7)),),
        deadletters={text: 4},
    )  # fmt: skip


def pages(text: str) -> list[str]:
    page = live_model(text)
    return [
        render_first(full(text)),
        render_model(page),
        render_feature(page, text),
        render_feature(page, f"{text} in words"),
    ]


def test_the_tables_are_whole_without_the_script() -> None:
    page = Reader(render_first(full()))
    assert page.elements.count("table") == 4
    for shown in ("1 234", "2023-11-17 23:58:59Z", "1m 1s", "VIOLATED", "baseline drift"):
        assert shown in " ".join(page.text)


def test_an_empty_worker_says_so_and_is_not_called_fine() -> None:
    page = render_first(PageState(generated=NOW))
    assert "No model has been seen yet." in page
    assert "No incident is open." in page
    assert '<span class="UNKNOWN">UNKNOWN</span>' in page
    assert "<table" not in page


def test_the_figures_of_a_feature_are_those_of_its_record() -> None:
    row = Reader(render_model(live_model())).row("age")
    assert row[1:8] == ["feature", "VIOLATED", "baseline drift", "2 ×", "0.2", "0.1", "L∞ robust"]
    assert row[10] == "90 %"
    checks = Reader(render_feature(live_model(), "age")).row("baseline drift")
    assert checks == ["baseline drift", "VIOLATED", "0.2", "0.2", "0.1", "100", "the distribution moved"]


def test_charts_have_the_same_in_words() -> None:
    page = Reader(render_feature(live_model(), "age"))
    told = [label for tag, name, label in page.attributes if (tag, name) == ("svg", "aria-label")]
    assert told[0].startswith(
        "Distance in 3 windows from 2023-11-15 00:00 UTC to 2023-11-17 00:00 UTC: 1 above the limit"
    )
    assert told[1] == "Largest differences: 0 … 1: 33.3 %, baseline 50 %; 1 … 2: 66.6 %, baseline 50 %."
    assert page.row("0 … 1") == ["0 … 1", "50 %", "33.3 %"]


@pytest.mark.parametrize("page", pages("age"), ids=["first", "model", "number", "category"])
def test_it_can_be_read_without_seeing_it(page: str) -> None:
    read = Reader(page)
    assert [tag for tag in ("header", "main", "footer", "h1") if read.elements.count(tag) != 1] == []
    assert read.values("lang", "html") == ["en"]
    ids = read.values("id")
    assert len(ids) == len(set(ids))
    assert set(read.values("aria-labelledby")) <= set(ids)
    assert {link[1:] for link in read.values("href") if link.startswith("#")} <= set(ids)
    assert read.elements.count("caption") == read.elements.count("table")
    assert len(read.values("scope", "th")) == read.elements.count("th")
    regions = [value for tag, name, value in read.attributes if (tag, name) == ("div", "tabindex")]
    assert len(regions) == read.elements.count("table"), "what scrolls can be reached by keyboard"
    pictures = read.elements.count("svg")
    assert len(read.values("role", "svg")) == len([one for one in read.values("aria-label", "svg") if one]) == pictures


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1))
@settings(max_examples=15, deadline=None)
def test_no_name_becomes_markup(name: str) -> None:
    for plain, tried in zip(pages("age"), pages(name), strict=True):
        assert Reader(tried).elements == Reader(plain).elements
    assert name in Reader(render_first(full(name))).cells


def test_naughty_names_stay_text(shared_data: Path) -> None:
    expected = [Reader(page).elements for page in pages("age")]
    for name in json.loads((shared_data / "badinput/blns/blns.json").read_text(encoding="utf-8")):
        assert [Reader(page).elements for page in pages(name or "-")] == expected, name


def test_links_lead_back_to_what_they_name() -> None:
    """Names may be anything, so that they travel as queries."""
    strange = "a/../b?c=d&e=%2F#f <g>"
    links = [link for link in Reader(render_first(full(strange))).values("href") if link.startswith("model?")]
    asked = [parse_qs(urlsplit(link).query, keep_blank_values=True) for link in links]
    assert asked[0] == {"name": [strange], "version": [strange]}
    assert asked[1]["feature"] == [strange]
    assert all(urlsplit(link).path == "model" and not urlsplit(link).fragment for link in links)


def test_the_policy_allows_just_this_style_and_this_script() -> None:
    policy = LivePage(full, lambda _: None).policy
    for page in pages("age"):
        for kind, element in (("style", "style"), ("script", "script")):
            inside = re.search(f"<{element}>(.*?)</{element}>", page, re.DOTALL)
            assert inside is not None
            digest = base64.b64encode(hashlib.sha256(inside[1].encode()).digest()).decode()
            assert f"{kind}-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "</script" not in script()


def test_nothing_is_fetched_from_elsewhere() -> None:
    for page in pages("age"):
        assert "http://" not in page
        assert "https://" not in page
        assert not re.search(r"\s(on\w+|style|src)=", page)


def test_the_worst_comes_first_and_features_by_times_their_limit() -> None:
    models, order = PageModels(), ("OK", "WATCH", "VIOLATED", "UNKNOWN")
    for state in order:
        rows = [feature("b", 0.05), feature("a", None), feature("c", 0.02, 0.025)]
        models.closed(Emitted(window(*rows, model=state, state=state), ()))  # type: ignore[arg-type]
    assert [view.model for view in models.models()] == ["VIOLATED", "UNKNOWN", "WATCH", "OK"]
    assert [one.name for one in models.models()[0].features] == ["c", "b", "a"]


def test_incidents_come_worst_first() -> None:
    incidents = (incident(severity="info"), incident(severity="critical"), incident(severity="warning"))
    page = Reader(render_first(PageState(generated=NOW, incidents=incidents)))
    assert [row[3] for row in page.rows[1:4]] == ["critical", "warning", "info"]


def test_ten_thousand_models_and_five_hundred_features_are_pages_of_a_hundred() -> None:
    view = full().models[0]
    state = PageState(
        generated=NOW, models=tuple(msgspec.structs.replace(view, model=f"m{i:05}") for i in range(10_000))
    )
    first, last = render_first(state), render_first(state, 100)
    assert len(first) < 400_000
    assert Reader(first).cells.count("m00099") == 1
    assert Reader(first).cells.count("m00100") == 0
    assert "Models 9901 to 10000 of 10000" in last
    models = PageModels()
    names = [feature(f"f{i:03}", i / 10_000, counts=(0, 30, 60, 0)) for i in range(500)]
    for day in range(130):
        models.closed(Emitted(window(*names, start=START + day * DAY), ()))
    found = models.take(Wanted(model="churn", version="1"), lambda _: None, ())
    assert found is not None
    page = render_model(found.page())
    assert len(page) < 500_000
    assert "Features 1 to 100 of 500" in page
    assert Reader(page).cells.count("f400") == 1, "the farthest are on the first page"


@pytest.mark.parametrize(
    ("asked", "shown"), [("2", 2), ("0", 1), ("999", 2), ("-1", 1), ("x", 1), ("1e9", 1), ("²", 1)]
)
def test_any_page_may_be_asked_for(asked: str, shown: int) -> None:
    view = full().models[0]
    state = PageState(generated=NOW, models=tuple(msgspec.structs.replace(view, model=f"m{i}") for i in range(150)))
    page = LivePage(lambda: state, lambda _: None).first({"page": asked})
    assert f"Models {100 * shown - 99} to" in page


def test_what_is_not_there_is_said() -> None:
    page = LivePage(full, lambda wanted: live_model() if wanted.model == "churn" else None)
    with pytest.raises(NotFoundError, match="this worker has no closed window of other 2 1d"):
        page.model({"name": "other", "version": "2", "window": "1d"})
    with pytest.raises(NotFoundError, match="churn age has no feature 'x' in its last window"):
        page.model({"name": "churn", "feature": "x"})


def test_the_state_is_served_as_it_is() -> None:
    state, model = full(), live_model()
    page = LivePage(lambda: state, lambda _: model)
    assert msgspec.json.decode(page.json({}), type=PageState) == state
    assert msgspec.json.decode(page.json({"name": "churn"}), type=ModelPage) == model


def test_a_model_with_windows_of_several_lengths_shows_the_shortest_and_leads_to_the_others() -> None:
    models = PageModels()
    for label, length in (("1d", DAY), ("1h", DAY // 24), ("1h/10m", DAY // 24)):
        models.closed(Emitted(window(feature("age"), label=label, length=length), ()))
    found = models.take(Wanted(model="churn", version="1"), lambda _: None, ())
    assert found is not None
    assert found.view.window == "1h"
    links = Reader(render_model(found.page())).values("href")
    assert [f"model?name=churn&version=1&window={one}" in links for one in ("1h", "1h%2F10m", "1d")] == [True] * 3
    assert models.take(Wanted(model="churn", version="1", window="7d"), lambda _: None, ()) is None


def test_models_judged_elsewhere_are_forgotten() -> None:
    models = PageModels()
    for name in ("a", "b"):
        models.closed(Emitted(window(feature("age"), model=name), (violation(model=name, incident=name * 32),)))
    models.retain({("a", "1")})
    assert [view.model for view in models.models()] == ["a"]
    assert models.history.of(("b", "1", "1d")) == ()


def test_a_window_without_baseline_is_unknown_and_still_shown() -> None:
    bare = feature("age", None, distances=(), readings=())
    states: tuple[StateName, ...] = ("UNKNOWN",)
    models = PageModels()
    statistics = window(bare, state=states[0], baseline_id=None, readings=(reading("", "volume_check", "UNKNOWN"),))
    models.closed(Emitted(statistics, ()))
    found = models.take(Wanted(model="churn", version="1"), lambda _: None, ())
    assert found is not None
    page = render_model(found.page())
    assert "none: nothing can be judged" in page
    assert "No window has had a distance yet." in page
    assert "No counts of window and baseline to compare." in page


def test_what_holds_a_source_up_is_shown_with_its_reason() -> None:
    stuck = SourceView(topic="captures", partition=0, owner="this worker", condition="stuck", why="7 records wait")
    page = render_first(PageState(generated=NOW, sources=(stuck,)))
    assert '<td class="VIOLATED">stuck</td>' in page
    assert "7 records wait" in page
