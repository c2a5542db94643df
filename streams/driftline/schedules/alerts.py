"""Alerts of a schedule: M of its last N executions found violations. A pure function of the executions in their order.

Source: MonitoringAlertSummary of the SageMaker API and "View and edit alerts" of its guide: the alert is raised as soon as M is
reached, also before there have been N executions, and holds until fewer than M of the last N are left. Only
CompletedWithViolations counts; an execution that failed says nothing of the data, and is seen as Failed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from driftline.contracts.control import AlertRule
from driftline.contracts.execution import TERMINAL, Execution

AlertStatus = Literal["InAlert", "OK"]

COUNTS: Final = "CompletedWithViolations"


@dataclass(frozen=True)
class AlertChange:
    """From execution ``scheduled`` on (ms UTC) the alert has this status; ``violating`` of the last N had violations."""

    scheduled: int
    status: AlertStatus
    violating: int


def alert_history(rule: AlertRule, executions: Iterable[Execution]) -> list[AlertChange]:
    """Every change of the status, oldest first; it is OK before the first. Executions that have not ended do not count."""
    recent: deque[bool] = deque(maxlen=rule.period)
    status: AlertStatus = "OK"
    found = []
    for execution in sorted(executions, key=lambda one: one.scheduled):
        if execution.status not in TERMINAL:
            continue
        recent.append(execution.status == COUNTS)
        now: AlertStatus = "InAlert" if sum(recent) >= rule.datapoints else "OK"
        if now != status:
            found.append(AlertChange(execution.scheduled, now, sum(recent)))
            status = now
    return found


def alert_status(rule: AlertRule, executions: Iterable[Execution]) -> AlertStatus:
    """The status as of the last execution."""
    changes = alert_history(rule, executions)
    return changes[-1].status if changes else "OK"
