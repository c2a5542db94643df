"""The page docs/alerts.md: every alert with its rule, for people."""

from __future__ import annotations

from deploy.generate.alerts import GROUPS
from deploy.generate.rules import Alert, Group

_TITLES = {
    "driftline-drift": "What driftline has judged",
    "driftline-serving-alerts": "What the models serve",
    "driftline-canary-alerts": "Versions beside each other",
    "driftline-pipeline-alerts": "driftline itself",
}

_INTRODUCTION = """# Alerts

Written by `python -m deploy.generate` from `deploy/generate/alerts.py`; do not edit by hand. Each alert leads to a page that says
what it means, where to look first, what may be the cause, what helps, and when to silence it.

Thresholds are in the rules: change them there, run `make stack`, and `promtool` tells whether the cases still hold. What a
*feature* may do is not there but in the baseline's `constraints.json`: the alerts only repeat the judgement.

"Stable" is the version of a model that has answered most requests in the last six hours; the others are held against
it.
"""


def page() -> str:
    """The whole page, in Markdown."""
    return "\n".join([_INTRODUCTION, *(f"## {_TITLES[group.name]}\n\n{_table(group)}" for group in GROUPS)])


def _table(group: Group) -> str:
    head = "| alert | severity | for | rule |\n| --- | --- | --- | --- |\n"
    return head + "".join(_row(rule) for rule in group.rules if isinstance(rule, Alert))


def _row(alert: Alert) -> str:
    rule = " ".join(alert.expr.split()).replace("|", "\\|")
    return f"| [{alert.name}](playbooks/{alert.page}.md) | {alert.severity} | {alert.wait} | `{rule}` |\n"
