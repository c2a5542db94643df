"""``driftline baseline publish`` and ``delete``: what is on the baselines topic."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from driftline.cli.baseline_options import (
    ConstraintsFile,
    EffectiveFrom,
    Model,
    MonitorModel,
    MonitorVersion,
    StatisticsFile,
    Version,
)
from driftline.cli.common import AsJson, Bootstrap, ConfigFile, configuration, errors, examples
from driftline.errors import BaselineError, ConfigError

if TYPE_CHECKING:
    from driftline.baseline import Baseline
    from driftline.config import Config

PUBLISH_EXAMPLES: Final = examples(
    ("driftline baseline publish baseline -c driftline.toml", "workers take it over without a restart"),
    (
        "driftline baseline publish --statistics s.json --constraints c.json -m churn --version 1",
        "Model Monitor's files; windows are judged as it would",
    ),
)
DELETE_EXAMPLES: Final = examples(
    ("driftline baseline delete -m churn --version 1 --all", "every published baseline of churn/1"),
)


def publish(
    folder: Annotated[Path | None, typer.Argument(help="Folder of a baseline.")] = None,
    *,
    statistics: StatisticsFile = None,
    constraints: ConstraintsFile = None,
    model: MonitorModel = None,
    version: MonitorVersion = None,
    effective_from: EffectiveFrom = None,
    bootstrap: Bootstrap = None,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Put a baseline on the baselines topic; running workers take it over without a restart."""
    import msgspec

    from driftline.cli.baseline_input import time_of
    from driftline.cli.baseline_monitor import opened, require_names

    with errors():
        loaded = opened(folder, statistics, constraints, model, version)
        require_names(folder, model, version)
        baseline = loaded.baseline
        for remark in loaded.remarks:
            typer.echo(f"note: {remark}", err=as_json)
        since = time_of(effective_from, "--effective-from")
        if since is not None:
            baseline = msgspec.structs.replace(baseline, effective_from=since)
        topic = publish_to(configuration(config, bootstrap), baseline)
        if as_json:
            typer.echo(json.dumps({"published": _named(baseline), "topic": topic}))
        else:
            typer.echo(f"published baseline {baseline.id} of {baseline.model}/{baseline.version} to {topic}")


def delete(
    *,
    model: Model,
    version: Version,
    identity: Annotated[str | None, typer.Option("--id", help="Only the baseline of this id.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All of them, if there are several.")] = False,
    bootstrap: Bootstrap = None,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Take published baselines of a model and version off the baselines topic (tombstones)."""
    from driftline.broker.baselines import delete_baseline

    with errors():
        settings = configuration(config, bootstrap)
        found = published_as(settings, model, version, identity)
        if len(found) > 1 and not every:
            ids = ", ".join(baseline.id for baseline in found)
            raise ConfigError(
                f"{model}/{version} has {len(found)} published baselines: name one by --id, or --all ({ids})"
            )
        for baseline in found:
            delete_baseline(settings, baseline)
            if as_json:
                typer.echo(json.dumps({"deleted": _named(baseline)}))
            else:
                typer.echo(f"deleted baseline {baseline.id} of {model}/{version}")


def _named(baseline: Baseline) -> dict[str, str]:
    return {"id": baseline.id, "model": baseline.model, "version": baseline.version}


def publish_to(config: Config, baseline: Baseline) -> str:
    """Put a baseline on its topic; the topic's name."""
    from driftline.broker.baselines import publish_baseline

    return publish_baseline(config, baseline)


def published_as(config: Config, model: str | None, version: str | None, identity: str | None) -> list[Baseline]:
    """The published baselines that fit; BaselineError if there are none."""
    from driftline.broker.baselines import published

    found = [
        baseline
        for baseline in published(config)
        if model in {None, baseline.model} and version in {None, baseline.version} and identity in {None, baseline.id}
    ]
    if not found:
        wanted = "/".join(name for name in (model, version, identity) if name)
        raise BaselineError(f"no baseline {wanted + ' ' if wanted else ''}is published")
    return found


def either(name: str, bootstrap: str | None, config: Path | None) -> Baseline:
    """The baseline of a folder, or the published one of an id."""
    from driftline.baseline import load

    return load(name) if Path(name).exists() else published_as(configuration(config, bootstrap), None, None, name)[0]
