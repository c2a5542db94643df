"""Prometheus and Alertmanager as Debian has them, with the files of deploy/, beside a worker under traffic.

Runs for two minutes, and so only by `make stack-test`.
"""

from __future__ import annotations

import json
import os
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from deploy.generate.alerts import ALERTS
from deploy.generate.alerts import GROUPS as ALERT_GROUPS
from deploy.generate.files import BOARDS, DEPLOY
from deploy.generate.recording import GROUPS as RECORD_GROUPS
from deploy.generate.rules import Alert, Group, rules_file
from driftline.broker.embedded import EmbeddedBroker
from driftline.broker.plans import own_plans
from support import served
from support.installation import Installation
from support.kafka_server import free_ports
from support.live_stack import Alertmanager, Program, Prometheus, Receiver, Traffic, told, wait_for
from support.programs import program
from support.promql import asked, plain
from support.series import RECORDED

pytestmark = [
    pytest.mark.stack,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not os.environ.get("DRIFTLINE_REQUIRE_STACK"), reason="runs for two minutes: make stack-test"),
]

PREFIX = "live."
CONFIG = f"""
[[topics]]
name = "{PREFIX}captures"
lateness = "2s"
idle_after = "10m"
idle_advance = "none"

[defaults]
pane = "5s"
windows = ["10s", "1m"]

[reports]
outputs = ["{{folder}}/reports"]
"""
BY_MINUTE = ("schedule", "create", "by-minute", "-m", "churn", "--version", "1", "--cron", "rate(1 minute)")
PROBE = Alert(
    "StackTest", "vector(1)", "0m", "critical", "A test", "Of the way of an alert.", "down", "driftline-model"
)
CHOSEN = {
    "model": "churn",
    "version": ".*",
    "window": "10s",
    "feature": "income",
    "distance": "linf_robust",
    "__rate_interval": "1m",
    "__interval": "15s",
}
EMPTY = {"pipeline: Caps met A"}
"""Queries that rightly find nothing here: no cap is met."""


@dataclass(frozen=True)
class Stack:
    """What is running."""

    prometheus: Prometheus
    receiver: Receiver

    def await_data(self, expr: str) -> None:
        """Groups of rules have moments of their own: two rounds at most, and there is something."""
        wait_for(expr, lambda: self.prometheus.found(expr), 120)

    def await_drawn(self, expr: str) -> None:
        """The same for what is shown over time: an event is there for a moment, and that may be over."""
        wait_for(expr, lambda: self.prometheus.drawn(expr), 120)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("stack")
    topics = {f"{PREFIX}captures": 2} | {plan.name: plan.partitions for plan in own_plans(PREFIX)}
    with ExitStack() as started:
        broker = started.enter_context(EmbeddedBroker(topics))
        install = Installation(broker.bootstrap, PREFIX, folder, CONFIG.format(folder=folder))
        started.callback(install.close)
        worker = install.start()
        install.await_("the worker", worker.is_ready, 180)
        for version in ("1", "2"):
            data = served.table(folder / f"churn{version}.csv", served.scored(served.churn))
            install.baseline(data, "churn", version, "--publish", "--role", "prediction=prediction")
        install.run(*BY_MINUTE)
        started.enter_context(Traffic(broker.bootstrap, f"{PREFIX}captures"))
        receiver = started.enter_context(Receiver())
        to_receiver = {"http://127.0.0.1:9095/alerts": f"http://127.0.0.1:{receiver.port}/alerts"}
        manager = started.enter_context(Alertmanager(folder, "alertmanager.yml", "relay", to_receiver))
        (node,) = free_ports(1)
        told_to = told("node-exporter", {"=/host": "=/"})
        exporter = (program("prometheus-node-exporter"), *told_to, f"--web.listen-address=127.0.0.1:{node}")
        started.enter_context(Program(*exporter, log=folder / "node.log"))
        targets = {"driftline": worker.port, "node": node, "alertmanager": manager.port}
        more = rules_file([Group("more", (PROBE,))])
        prometheus = started.enter_context(Prometheus(folder, targets, more))
        wait_for("a second sample", lambda: prometheus.found("rate(driftline_model_requests_total[1m]) > 0"), 240)
        yield Stack(prometheus, receiver)


def queries() -> Iterator[tuple[str, str]]:
    for name in BOARDS:
        content = json.loads((DEPLOY / "grafana" / "dashboards" / f"{name}.json").read_text())
        for panel in content["panels"]:
            for target in panel.get("targets", ()):
                yield f"{name}: {panel['title']} {target['refId']}", target["expr"]
        for mark in content.get("annotations", {}).get("list", ()):
            yield f"{name}: {mark['name']}", mark["expr"]


QUERIES = list(queries())


def test_every_target_is_scraped(stack: Stack) -> None:
    up = {series["metric"]["job"]: series["value"][1] for series in stack.prometheus.found("up")}
    assert {up[job] for job in ("driftline", "node", "alertmanager")} == {"1"}


def test_every_rule_is_evaluated_without_a_fault(stack: Stack) -> None:
    rules = [rule for group in stack.prometheus.ask("rules")["groups"] for rule in group["rules"]]
    assert len(rules) == sum(len(group.rules) for group in (*RECORD_GROUPS, *ALERT_GROUPS)) + 1
    assert [(rule["name"], rule.get("lastError")) for rule in rules if rule["health"] != "ok"] == []


@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_series_has_data(stack: Stack, name: str) -> None:
    stack.await_data(name)


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.name)
def test_what_an_alert_looks_at_has_data(stack: Stack, alert: Alert) -> None:
    """An alert may be silent; but then because of its figures, not because nothing is there."""
    for selector in {one.metric for one in asked(alert.expr)}:
        stack.await_data(selector)


@pytest.mark.parametrize(("title", "expr"), QUERIES, ids=[title for title, _ in QUERIES])
def test_a_query_of_the_dashboards_has_data(stack: Stack, title: str, expr: str) -> None:
    if title in EMPTY:
        stack.prometheus.found(plain(expr, CHOSEN))
    else:
        stack.await_drawn(plain(expr, CHOSEN))


def test_an_alert_reaches_its_receiver_with_a_playbook_that_can_be_read(stack: Stack) -> None:
    told: dict[str, Any] = {}
    while PROBE.full_name not in [alert["labels"]["alertname"] for alert in told.get("alerts", ())]:
        told = stack.receiver.posts.get(timeout=60)
    assert (told["receiver"], told["status"]) == ("relay", "firing")
    (alert,) = told["alerts"]
    assert alert["labels"]["severity"] == "critical"
    with urllib.request.urlopen(alert["annotations"]["runbook_url"], timeout=5) as answer:  # noqa: S310 - our own address
        assert answer.read().decode().startswith("# DriftlineDown\n")


@pytest.mark.parametrize(("receiver", "secret", "where"), [
    ("dingtalk", "dingtalk_url", "text"),
    ("wecom-robot", "wecom_robot_url", "content"),
])  # fmt: skip
def test_a_robot_is_told_in_its_own_words(tmp_path: Path, receiver: str, secret: str, where: str) -> None:
    file = "alertmanager.chat.yml"
    checked = subprocess.run(
        [program("amtool"), "check-config", DEPLOY / "alertmanager" / file], capture_output=True, check=False
    )
    if checked.returncode:
        pytest.skip("this Alertmanager is older than 0.32: it has no payload")
    with Receiver() as robot:
        (tmp_path / "secret").write_text(f"http://127.0.0.1:{robot.port}/robot/send?key=x")
        replaced = {
            f"/etc/alertmanager/secrets/{secret}": str(tmp_path / "secret"),
            "group_wait: 10s": "group_wait: 1s",
        }
        with Alertmanager(tmp_path, file, receiver, replaced) as manager:
            labels = {"alertname": "DriftlineErrorRate", "severity": "critical", "model": "churn", "version": "2"}
            notes = {"summary": 'churn/2: "3 %" fail', "description": "Of late.\nBadly."}
            wait_for("Alertmanager", lambda: manager.post([{"labels": labels, "annotations": notes}]) is None, 20)
            told = robot.posts.get(timeout=30)
    assert told["msgtype"] == "markdown"
    assert "DriftlineErrorRate churn/2" in told["markdown"][where]
    assert 'churn/2: "3 %" fail' in told["markdown"][where]
