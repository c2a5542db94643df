"""Whether a worker can serve a schedule, by its own configuration; and if not, why, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from driftline.config import Config
from driftline.contracts.control import Schedule, ScheduleAnswer
from driftline.errors import ConfigError
from driftline.schedules.changes import cadence_of
from driftline.schedules.outputs import output_of
from driftline.windows.spec import WindowSpec


@dataclass(frozen=True)
class Ground:
    """What the configuration says: labels of the model's windows, places for reports, file names of its scripts."""

    windows: Sequence[str]
    outputs: Sequence[str]
    preprocess: str = ""
    postprocess: str = ""


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
    _check_script("preprocess", schedule, schedule.preprocess, ground.preprocess)
    _check_script("postprocess", schedule, schedule.postprocess, ground.postprocess)
    output_of(schedule.output, ground.outputs)


def _check_script(kind: str, schedule: Schedule, wanted: str, configured: str) -> None:
    """Code is named by the workers' own configuration; a schedule may only say which it expects there."""
    if wanted and wanted != configured:
        raise ConfigError(
            f"the schedule expects {kind} script {wanted!r}, the workers have {configured or 'none'}: "
            f'[models."{schedule.model}".hooks] {kind} = "…/{wanted}" in their configuration'
        )


def ground_of(config: Config, schedule: Schedule) -> Ground:
    """What a configuration has for the model of a schedule."""
    model = config.model(schedule.model, schedule.version)
    labels = tuple(WindowSpec(window.length_ms, window.step_ms).label for window in model.windows)
    scripts = [PurePath(path).name if path else "" for path in (model.hooks.preprocess, model.hooks.postprocess)]
    return Ground(labels, config.reports.outputs, *scripts)
