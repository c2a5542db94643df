"""The dashboards: about series that exist, every panel explained, nothing that Grafana would have to guess."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from deploy.generate.alerts import ALERTS
from deploy.generate.files import BOARDS, DEPLOY
from driftline.exporter.names import ALL_FAMILIES, FamilyKind
from support.promql import asked, grouped, plain
from support.series import KNOWN, RECORDED

GRAFANA = DEPLOY / "grafana"
NOT_NUMBERS = {"state-timeline", "table", "row"}
COUNTERS = {family.name for family in ALL_FAMILIES if family.kind is FamilyKind.COUNTER}


def board(name: str) -> Any:  # noqa: ANN401 - what JSON holds
    return json.loads((GRAFANA / "dashboards" / f"{name}.json").read_text(encoding="utf-8"))


def panels(name: str) -> list[Any]:
    return [panel for panel in board(name)["panels"] if panel["type"] != "row"]


def expressions(name: str) -> Iterator[str]:
    """Of panels, of annotations, and the selectors that variables take their values from."""
    for panel in panels(name):
        yield from (target["expr"] for target in panel["targets"])
    content = board(name)
    yield from (mark["expr"] for mark in content.get("annotations", {}).get("list", []))
    for variable in content["templating"]["list"]:
        if variable["type"] == "query":
            yield re.sub(r"^label_values\((.*), \w+\)$", r"\1", variable["query"])


@pytest.mark.parametrize("name", BOARDS)
def test_a_board_asks_only_for_what_exists(name: str) -> None:
    for expr in expressions(name):
        for selector in asked(expr):
            assert selector.metric in KNOWN or selector.metric in RECORDED, selector.metric
            assert selector.labels <= KNOWN.get(selector.metric, selector.labels), selector
        assert grouped(expr) <= {*set().union(*KNOWN.values()), "alertname", "severity"}, expr


@pytest.mark.parametrize("name", BOARDS)
def test_counters_are_shown_as_rates(name: str) -> None:
    for expr in expressions(name):
        for counter in COUNTERS & {selector.metric for selector in asked(expr)}:
            assert re.search(rf"(?:rate|increase)\(\s*{counter}", plain(expr)), expr


@pytest.mark.parametrize("name", BOARDS)
def test_every_panel_is_explained_and_has_a_unit(name: str) -> None:
    titles = [(panel["gridPos"]["y"], panel["gridPos"]["x"], panel["title"]) for panel in panels(name)]
    assert len(set(titles)) == len(titles)
    for panel in panels(name):
        assert panel["title"]
        assert panel["description"].endswith("."), panel["title"]
        assert panel["type"] in NOT_NUMBERS or panel["fieldConfig"]["defaults"]["unit"], panel["title"]


@pytest.mark.parametrize("name", BOARDS)
def test_the_source_of_the_data_can_be_chosen(name: str) -> None:
    for panel in panels(name):
        for part in (panel, *panel["targets"]):
            assert part["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
    assert board(name)["templating"]["list"][0]["type"] == "datasource"


@pytest.mark.parametrize("name", BOARDS)
def test_every_variable_that_is_used_is_there(name: str) -> None:
    content = board(name)
    there = {variable["name"] for variable in content["templating"]["list"]}
    texts = [*expressions(name), *(panel["description"] for panel in panels(name))]
    used = set(re.findall(r"\$\{?([a-z]\w*)", " ".join(texts)))
    assert used <= there
    assert there - used <= {"datasource"}


@pytest.mark.parametrize("name", BOARDS)
def test_panels_lie_beside_each_other(name: str) -> None:
    places = [panel["gridPos"] for panel in board(name)["panels"]]
    assert all(place["x"] + place["w"] <= 24 for place in places)
    for one, other in itertools.combinations(places, 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        above = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or above


def test_boards_are_found_by_fixed_names_and_are_not_edited_in_the_browser() -> None:
    contents = [board(name) for name in BOARDS]
    assert [content["uid"] for content in contents] == [f"driftline-{name}" for name in BOARDS]
    assert {alert.board for alert in ALERTS} <= {content["uid"] for content in contents}
    assert not any(content["editable"] for content in contents)
    for content in contents:
        assert [panel["id"] for panel in content["panels"]] == list(range(1, len(content["panels"]) + 1))


def test_links_lead_to_boards_and_variables_that_exist() -> None:
    links = re.findall(r"/d/([\w-]+)\?([^\"]*)", (GRAFANA / "dashboards" / "overview.json").read_text(encoding="utf-8"))
    assert links
    for uid, query in links:
        there = {variable["name"] for variable in board(uid.removeprefix("driftline-"))["templating"]["list"]}
        assert set(re.findall(r"var-(\w+)=", query)) <= there


def test_grafana_is_provisioned_from_files_that_say_where() -> None:
    sources = yaml.safe_load((GRAFANA / "provisioning" / "datasources" / "prometheus.yaml").read_text())["datasources"]
    assert [source["type"] for source in sources] == ["prometheus", "alertmanager"]
    scrape = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text())["global"]["scrape_interval"]
    assert sources[0]["jsonData"]["timeInterval"] == scrape
