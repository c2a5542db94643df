"""Cases for ``promtool test rules``: a course of series, a moment, and what is firing then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from deploy.generate.rules import HEADER, Alert, to_yaml

Labels = Mapping[str, str]


@dataclass(frozen=True)
class Case:
    """At `at` the alert fires once for each of `fires` (labels besides severity), and not at all when there are none.

    `series` are in promtool's notation (``0+60x10``: 0, 60, 120 …), one value each `interval`.
    """

    title: str
    series: Mapping[str, str]
    at: str
    fires: tuple[Labels, ...] = ()
    interval: str = "1m"

    def test(self, alert: Alert) -> dict[str, Any]:
        """As promtool reads it."""
        wanted = {"alertname": alert.full_name, "alertstate": "firing"}
        found = [
            {"labels": _series("ALERTS", {**wanted, "severity": alert.severity, **f}), "value": 1} for f in self.fires
        ]
        return {
            "name": self.title,
            "interval": self.interval,
            "input_series": [{"series": name, "values": values} for name, values in self.series.items()],
            "promql_expr_test": [
                {"expr": _series("ALERTS", wanted), "eval_time": self.at, **({"exp_samples": found} if found else {})}
            ],
        }


def at_worker(name: str, worker: str = "w1", **labels: str) -> str:
    """A series as Prometheus has it after a scrape of `worker`."""
    return _series(name, {"job": "driftline", "instance": worker, **labels})


def tests_file(alert: Alert, cases: Iterable[Case], interval: str) -> str:
    """The YAML of the cases of one alert; rules are evaluated each `interval`."""
    content = {
        "rule_files": ["../rules/recording.yml", "../rules/alerts.yml"],
        "evaluation_interval": interval,
        "tests": [case.test(alert) for case in cases],
    }
    return HEADER + to_yaml(content)


def _series(name: str, labels: Labels) -> str:
    inside = ",".join(f'{label}="{value}"' for label, value in labels.items())
    return f"{name}{{{inside}}}"
