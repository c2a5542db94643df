"""All files that are generated, by their path under deploy/."""

from __future__ import annotations

from pathlib import Path

from deploy.generate import alerts, cases_judgement, cases_pipeline, cases_serving, recording
from deploy.generate.boards.feature import feature
from deploy.generate.boards.frame import text_of
from deploy.generate.boards.model import model
from deploy.generate.boards.overview import overview
from deploy.generate.boards.pipeline import pipeline
from deploy.generate.cases import Case, tests_file
from deploy.generate.page import page
from deploy.generate.rules import Alert, rules_file

DEPLOY = Path(__file__).parents[1]
CASES: dict[str, tuple[Case, ...]] = {**cases_judgement.CASES, **cases_serving.CASES, **cases_pipeline.CASES}


BOARDS = {"overview": overview, "model": model, "feature": feature, "pipeline": pipeline}


def files() -> dict[str, str]:
    """Path under deploy/ and text of each. KeyError for an alert without cases."""
    return {
        "prometheus/rules/recording.yml": rules_file(recording.GROUPS),
        "prometheus/rules/alerts.yml": rules_file(alerts.GROUPS),
        **{f"prometheus/tests/{alert.page}.test.yml": _cases(alert) for alert in alerts.ALERTS},
        "../docs/alerts.md": page(),
        **{f"grafana/dashboards/{name}.json": text_of(board()) for name, board in BOARDS.items()},
    }


def _cases(alert: Alert) -> str:
    cases = CASES[alert.name]
    return tests_file(alert, cases, cases[0].interval)
