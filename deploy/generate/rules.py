"""Recording and alert rules as values, and their YAML as Prometheus reads it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import yaml

PLAYBOOKS = "{{ externalURL }}/user/playbooks"
"""Where a page about an alert is read: Prometheus serves docs/playbooks under /user, whatever its address is."""

DASHBOARDS = "http://127.0.0.1:3000/d"
"""Grafana as the compose file publishes it."""


@dataclass(frozen=True)
class Record:
    """A recording rule; `name` is level:metric:operation (https://prometheus.io/docs/practices/rules)."""

    name: str
    expr: str

    def rule(self) -> dict[str, Any]:
        """As Prometheus reads it."""
        return {"record": self.name, "expr": self.expr}


@dataclass(frozen=True)
class Alert:
    """An alert rule. `name` goes without the prefix; durations are Prometheus' own words, `keep` is keep_firing_for.

    `page` is the name of its page in docs/playbooks, without the suffix; `board` the uid of the dashboard to look at.
    """

    name: str
    expr: str
    wait: str
    severity: str
    summary: str
    description: str
    page: str
    board: str
    keep: str = ""

    @property
    def full_name(self) -> str:
        """The name that Prometheus shows."""
        return f"Driftline{self.name}"

    def rule(self) -> dict[str, Any]:
        """As Prometheus reads it."""
        return {
            "alert": self.full_name,
            "expr": self.expr,
            "for": self.wait,
            **({"keep_firing_for": self.keep} if self.keep else {}),
            "labels": {"severity": self.severity},
            "annotations": {
                "summary": self.summary,
                "description": self.description,
                "runbook_url": f"{PLAYBOOKS}/{self.page}.md",
                "dashboard_url": f"{DASHBOARDS}/{self.board}",
            },
        }


@dataclass(frozen=True)
class Group:
    """Rules that are evaluated one after the other, at the same moment."""

    name: str
    rules: tuple[Record | Alert, ...]


def rules_file(groups: Iterable[Group]) -> str:
    """The YAML of a rule file."""
    content = {"groups": [{"name": g.name, "rules": [rule.rule() for rule in g.rules]} for g in groups]}
    return HEADER + to_yaml(content)


HEADER = "# Written by `python -m deploy.generate`; do not edit by hand.\n"


class _Dumper(yaml.SafeDumper):
    """Plain YAML, but text of several lines as it is written."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


def to_yaml(content: object) -> str:
    """YAML in the order of the content, unwrapped."""
    return yaml.dump(content, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1_000)
