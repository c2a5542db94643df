"""The rules of Prometheus: written from one source, about metrics that exist, each with its page and its cases."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from deploy.generate.alerts import ALERTS
from deploy.generate.alerts import GROUPS as ALERT_GROUPS
from deploy.generate.files import CASES, DEPLOY, files
from deploy.generate.recording import GROUPS as RECORD_GROUPS
from deploy.generate.rules import Alert, Record
from support.programs import program, run
from support.promql import asked, grouped
from support.series import KNOWN, RECORDED

ROOT = Path(__file__).parents[2]
PLAYBOOKS = ROOT / "docs" / "playbooks"
RULES = [*RECORDED.values(), *ALERTS]
PARTS = ("First look", "Causes", "Remedies", "When to silence")


def name_of(rule: Record | Alert) -> str:
    return rule.name


@pytest.mark.parametrize("name", files())
def test_generated_files_are_up_to_date(name: str) -> None:
    assert (DEPLOY / name).read_text(encoding="utf-8") == files()[name], "run: python -m deploy.generate"


def test_no_file_is_left_of_what_is_no_longer_generated() -> None:
    folders = (DEPLOY / "prometheus" / "rules", DEPLOY / "prometheus" / "tests", DEPLOY / "grafana" / "dashboards")
    there = {str(path.relative_to(DEPLOY)) for folder in folders for path in folder.rglob("*") if path.is_file()}
    assert there <= set(files())


@pytest.mark.parametrize("rule", RULES, ids=name_of)
def test_a_rule_asks_only_for_what_exists(rule: Record | Alert) -> None:
    for selector in asked(rule.expr):
        assert selector.metric in KNOWN or selector.metric in RECORDED, selector.metric
        assert selector.labels <= KNOWN.get(selector.metric, selector.labels), selector
    assert grouped(rule.expr) <= set().union(*KNOWN.values())


@pytest.mark.parametrize("rule", RULES, ids=name_of)
def test_a_rule_uses_recorded_series_only_after_they_were_recorded(rule: Record | Alert) -> None:
    order = [r.name for group in (*RECORD_GROUPS, *ALERT_GROUPS) for r in group.rules]
    used = {selector.metric for selector in asked(rule.expr)} & RECORDED.keys()
    assert all(order.index(name) < order.index(rule.name) for name in used)


@pytest.mark.parametrize("record", RECORDED.values(), ids=name_of)
def test_a_recorded_series_is_named_by_level_metric_and_operation_and_used(record: Record) -> None:
    assert re.fullmatch(r"[a-z_]+:driftline_[a-z_]+:[a-z0-9_]+", record.name)
    dashboards = "".join(text for name, text in files().items() if name.startswith("grafana/"))
    others = [rule.expr for rule in RULES if rule is not record]
    assert record.name in dashboards or any(record.name in expr for expr in others)


def test_alerts_have_names_and_pages_of_their_own() -> None:
    for names in ([a.full_name for a in ALERTS], [a.page for a in ALERTS]):
        assert len(set(names)) == len(names)
    assert {a.severity for a in ALERTS} <= {"info", "warning", "critical"}


@pytest.mark.parametrize("alert", ALERTS, ids=name_of)
def test_an_alert_has_a_page_that_says_what_to_do(alert: Alert) -> None:
    text = (PLAYBOOKS / f"{alert.page}.md").read_text(encoding="utf-8")
    assert text.startswith(f"# {alert.full_name}\n")
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == list(PARTS)


def test_every_page_has_its_alert() -> None:
    assert {path.stem for path in PLAYBOOKS.glob("*.md")} == {alert.page for alert in ALERTS}


@pytest.mark.parametrize("alert", ALERTS, ids=name_of)
def test_an_alert_has_cases_that_fire_and_that_do_not(alert: Alert) -> None:
    cases = CASES[alert.name]
    assert [case for case in cases if case.fires]
    assert [case for case in cases if not case.fires]
    assert len({case.title for case in cases}) == len(cases)


def test_promtool_finds_no_fault_in_the_rules() -> None:
    found = run(program("promtool"), "check", "rules", *sorted((DEPLOY / "prometheus" / "rules").glob("*.yml")))
    assert found.stdout.count("SUCCESS") == 2


@pytest.mark.parametrize("alert", ALERTS, ids=name_of)
def test_the_cases_hold_in_prometheus_own_evaluation(alert: Alert) -> None:
    run(program("promtool"), "test", "rules", DEPLOY / "prometheus" / "tests" / f"{alert.page}.test.yml")
