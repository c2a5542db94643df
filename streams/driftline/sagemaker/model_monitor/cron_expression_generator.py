"""``CronExpressionGenerator``: the expressions that Model Monitor takes."""

from __future__ import annotations

from driftline.schedules import expressions


class CronExpressionGenerator:
    """Makes expressions for ``schedule_cron_expression``; wrong numbers raise ConfigError."""

    hourly = staticmethod(expressions.hourly)
    daily = staticmethod(expressions.daily)
    daily_every_x_hours = staticmethod(expressions.daily_every_x_hours)
    now = staticmethod(expressions.now)
