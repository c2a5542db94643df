"""Expressions as Model Monitor's ``CronExpressionGenerator`` makes them, by the same names.

Source: ``sagemaker.model_monitor.cron_expression_generator`` of the SageMaker Python SDK.
"""

from __future__ import annotations

from driftline.errors import ConfigError
from driftline.schedules.cadence import NOW


def hourly() -> str:
    """Every full hour.

    >>> hourly()
    'cron(0 * ? * * *)'
    """
    return "cron(0 * ? * * *)"


def daily(hour: int = 0) -> str:
    """Every day at ``hour``, 0 to 23.

    >>> daily(17)
    'cron(0 17 ? * * *)'
    """
    return f"cron(0 {_whole('hour', hour, 0, 23)} ? * * *)"


def daily_every_x_hours(hour_interval: int, starting_hour: int = 0) -> str:
    """Every ``hour_interval`` hours, 1 to 24, beginning at ``starting_hour``.

    >>> daily_every_x_hours(12, 17)
    'cron(0 17/12 ? * * *)'
    """
    interval = _whole("hour_interval", hour_interval, 1, 24)
    return f"cron(0 {_whole('starting_hour', starting_hour, 0, 23)}/{interval} ? * * *)"


def now() -> str:
    """Once, at once."""
    return NOW


def _whole(name: str, value: object, low: int, high: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise ConfigError(f"{name} must be a whole number from {low} to {high}, got {value!r}")
    return value
