"""``driftline baseline``: make, look at, compare, publish and delete baselines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from driftline.cli.common import AsJson, Bootstrap, ConfigFile, configuration, console, errors, examples
from driftline.errors import BaselineError, ConfigError

if TYPE_CHECKING:
    from driftline.baseline import Baseline
    from driftline.config import Config

app = typer.Typer(
    help="Make, look at, compare, publish and delete baselines: what a model's data looked like, and what may change.",
    no_args_is_help=True,
)

Model = Annotated[str, typer.Option("--model", "-m", help="Model that the baseline is for.")]
Version = Annotated[str, typer.Option("--version", help="Version of the model.")]
WindowRows = Annotated[
    int, typer.Option("--window-rows", min=1, help="Rows of a window: what is the smallest change that it shows?")
]
EffectiveFrom = Annotated[
    str | None,
    typer.Option(
        "--effective-from",
        help="Event time from which windows are judged by it (RFC 3339 or ms; default: when it is published).",
    ),
]


@app.command(
    epilog=examples(
        (
            "driftline baseline create train.csv -m churn --version 1 -o baseline --publish",
            "from a file, and into force",
        ),
        (
            "driftline baseline create -m churn --version 1 --from-topic captures --start 2026-11-01T00:00:00Z",
            "from captures in Kafka",
        ),
    )
)
def create(
    data: Annotated[
        Path | None, typer.Argument(help="CSV, Parquet or JSON Lines (also .gz, .zip); read twice, of any size.")
    ] = None,
    *,
    model: Model,
    version: Version,
    out: Annotated[
        Path | None,
        typer.Option("--output", "--out", "-o", help="Folder to write to (default: baseline-MODEL-VERSION)."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a baseline that is in the folder.")] = False,
    role: Annotated[
        list[str] | None,
        typer.Option(
            "--role",
            help="COLUMN=ROLE where the guess is wrong: feature, prediction, label, time, id, entity, segment, ignore.",
        ),
    ] = None,
    roles: Annotated[Path | None, typer.Option("--roles", help="File of roles (TOML or JSON, COLUMN = ROLE).")] = None,
    columns: Annotated[
        str | None,
        typer.Option("--columns", help="Names of the columns, a,b,c, of CSV without a header or of CSV captures."),
    ] = None,
    na: Annotated[
        str | None,
        typer.Option(
            "--na",
            help="Words for a missing value in CSV, besides the empty one: NA,-. In a column that is otherwise all "
            "numbers or booleans, NA, NaN, nan and null are always missing.",
        ),
    ] = None,
    delimiter: Annotated[
        str | None, typer.Option("--delimiter", help="Delimiter of a CSV file (default: the commonest of , ; tab |).")
    ] = None,
    from_topic: Annotated[
        str | None,
        typer.Option("--from-topic", help="Make it from captures of the model and version in this topic, not a file."),
    ] = None,
    start: Annotated[
        str | None, typer.Option("--start", help="First event time of --from-topic (RFC 3339 or ms).")
    ] = None,
    end: Annotated[
        str | None, typer.Option("--end", help="Event time before which --from-topic ends (RFC 3339 or ms).")
    ] = None,
    publish_it: Annotated[bool, typer.Option("--publish", help="Also publish it to the baselines topic.")] = False,
    effective_from: EffectiveFrom = None,
    bootstrap: Bootstrap = None,
    config: ConfigFile = None,
    window_rows: WindowRows = 1000,
    as_json: AsJson = False,
) -> None:
    """Make a baseline of a data set, or of captures in Kafka, and say what was inferred.

    Without --output it is written to baseline-MODEL-VERSION; with --publish and no --output it is only published.
    """
    from driftline.baseline.draft import draft
    from driftline.cli.baseline_input import Data, folder_of, refuse_overwriting, remarks, roles_of, time_of
    from driftline.cli.baseline_text import reading, report

    with errors():
        folder = out or (None if publish_it else folder_of(model, version))
        refuse_overwriting(folder, force=force)
        given, since = roles_of(role or [], roles), time_of(effective_from, "--effective-from")
        settings = configuration(config, bootstrap) if publish_it or from_topic else None
        source = Data(data, columns, na, delimiter, from_topic, start, end).source(settings, model, version)
        with reading() as progress:
            made = draft(source, model=model, version=version, roles=given, effective_from=since, progress=progress)
        written = _write(made.baseline, folder)
        topic = _publish(settings, made.baseline) if publish_it and settings else None
        report(made, remarks(source), written, topic, window_rows, as_json=as_json)


@app.command(
    epilog=examples(
        ("driftline baseline show baseline", "check a folder's files and show them"),
        ("driftline baseline show --from-kafka -m churn", "those that are published"),
    )
)
def show(
    folder: Annotated[Path | None, typer.Argument(help="Folder of a baseline.")] = None,
    *,
    from_kafka: Annotated[bool, typer.Option("--from-kafka", help="Show published baselines instead.")] = False,
    model: Annotated[str | None, typer.Option("--model", "-m", help="With --from-kafka: only of this model.")] = None,
    version: Annotated[str | None, typer.Option("--version", help="With --from-kafka: only of this version.")] = None,
    identity: Annotated[str | None, typer.Option("--id", help="With --from-kafka: only the one of this id.")] = None,
    bootstrap: Bootstrap = None,
    config: ConfigFile = None,
    window_rows: WindowRows = 1000,
    as_json: AsJson = False,
) -> None:
    """Check a baseline's files and show what is in them, or show the published ones."""
    from driftline.baseline import load
    from driftline.cli.baseline_text import document, print_baseline

    with errors():
        if (folder is None) != from_kafka:
            raise ConfigError("name either a folder or --from-kafka")
        found = [load(folder)] if folder else _published(configuration(config, bootstrap), model, version, identity)
        for baseline in found:
            if as_json:
                typer.echo(json.dumps(document(baseline, {}, [])))
            else:
                print_baseline(baseline, {}, window_rows)


@app.command(
    epilog=examples(
        ("driftline baseline diff baseline-churn-1 baseline-churn-2", "two folders, or ids of published ones"),
    )
)
def diff(
    first: Annotated[str, typer.Argument(help="Folder of a baseline, or the id of a published one.")],
    second: Annotated[str, typer.Argument(help="Folder of a baseline, or the id of a published one.")],
    *,
    bootstrap: Bootstrap = None,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Compare two baselines: columns, statistics, limits. Shifts of means are in sigmas of the first."""
    from driftline.baseline.diff import diff as difference
    from driftline.cli.baseline_text import differences, headline

    with errors():
        one, two = (_either(name, bootstrap, config) for name in (first, second))
        found = difference(one, two)
        if as_json:
            typer.echo(json.dumps({"first": one.id, "second": two.id, "differences": [d._asdict() for d in found]}))
            return
        terminal = console()
        for baseline in (one, two):
            terminal.print(headline(baseline), markup=False)
        terminal.print(differences(found) if found else "no difference")


@app.command(
    epilog=examples(
        ("driftline baseline publish baseline -c driftline.toml", "workers take it over without a restart"),
    )
)
def publish(
    folder: Annotated[Path, typer.Argument(help="Folder of a baseline.")],
    *,
    effective_from: EffectiveFrom = None,
    bootstrap: Bootstrap = None,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Put a baseline on the baselines topic; running workers take it over without a restart."""
    import msgspec

    from driftline.baseline import load
    from driftline.cli.baseline_input import time_of

    with errors():
        baseline = load(folder)
        since = time_of(effective_from, "--effective-from")
        if since is not None:
            baseline = msgspec.structs.replace(baseline, effective_from=since)
        topic = _publish(configuration(config, bootstrap), baseline)
        if as_json:
            typer.echo(json.dumps({"published": _named(baseline), "topic": topic}))
        else:
            typer.echo(f"published baseline {baseline.id} of {baseline.model}/{baseline.version} to {topic}")


@app.command(
    epilog=examples(
        ("driftline baseline delete -m churn --version 1 --all", "every published baseline of churn/1"),
    )
)
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
    from driftline.cli.baseline_kafka import delete_baseline

    with errors():
        settings = configuration(config, bootstrap)
        found = _published(settings, model, version, identity)
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


def _write(baseline: Baseline, folder: Path | None) -> list[str]:
    from driftline.baseline import save

    return [] if folder is None else [str(path) for path in save(baseline, folder)]


def _publish(config: Config, baseline: Baseline) -> str:
    from driftline.cli.baseline_kafka import publish_baseline

    return publish_baseline(config, baseline)


def _published(config: Config, model: str | None, version: str | None, identity: str | None) -> list[Baseline]:
    """The published baselines that fit; BaselineError if there are none."""
    from driftline.cli.baseline_kafka import published

    found = [
        baseline
        for baseline in published(config)
        if model in {None, baseline.model} and version in {None, baseline.version} and identity in {None, baseline.id}
    ]
    if not found:
        wanted = "/".join(name for name in (model, version, identity) if name)
        raise BaselineError(f"no baseline {wanted + ' ' if wanted else ''}is published")
    return found


def _either(name: str, bootstrap: str | None, config: Path | None) -> Baseline:
    from driftline.baseline import load

    return load(name) if Path(name).exists() else _published(configuration(config, bootstrap), None, None, name)[0]
