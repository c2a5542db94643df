"""Whether a worker can serve a schedule, by its own configuration; and if not, why, and what to do about it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from driftline.contracts.control import Schedule, ScheduleAnswer
from driftline.errors import ConfigError
from driftline.schedules.changes import cadence_of
from driftline.schedules.outputs import output_of


@dataclass(frozen=True)
class Ground:
    """What the configuration says: labels of the model's windows, places for reports, names of hooks."""

    windows: Sequence[str]
    outputs: Sequence[str]
    hooks: Collection[str] = ()


def answer_to(schedule: Schedule, ground: Ground) -> ScheduleAnswer:
    """What a worker says to the newest revision of a schedule; a pure function of both."""
    try:
        check(schedule, ground)
    except ConfigError as error:
        return ScheduleAnswer(name=schedule.name, revision=schedule.revision, status="Failed", reason=str(error))
    return ScheduleAnswer(name=schedule.name, revision=schedule.revision, status="Scheduled")


def check(schedule: Schedule, ground: Ground) -> None:
    """Raise ConfigError, with the remedy, for a schedule that cannot be served."""
    cadence = cadence_of(schedule)
    if cadence is not None and cadence.label not in ground.windows:
        raise ConfigError(
            f'{schedule.expression} needs windows of "{cadence.label}" of {schedule.model}/{schedule.version}, which has '
            f'{", ".join(ground.windows)}: add it to windows in [defaults] or [models."{schedule.model}"] of every worker'
        )
    if schedule.monitoring_type != "DataQuality":
        raise ConfigError(
            f"workers report DataQuality only, got {schedule.monitoring_type}: driftline analyze does the others, over a range"
        )
    for name in filter(None, (schedule.preprocess, schedule.postprocess)):
        if name not in ground.hooks:
            known = ", ".join(sorted(ground.hooks)) or "none"
            raise ConfigError(f"hook {name!r} must be named in the workers' configuration, which has {known}")
    output_of(schedule.output, ground.outputs)
