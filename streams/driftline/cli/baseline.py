"""``driftline baseline``: make, look at, compare, publish and delete baselines."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from driftline.cli.baseline_options import ConstraintsFile, EffectiveFrom, Model, StatisticsFile, Version, WindowRows
from driftline.cli.baseline_publish import (
    DELETE_EXAMPLES,
    PUBLISH_EXAMPLES,
    delete,
    either,
    publish,
    publish_to,
    published_as,
)
from driftline.cli.common import AsJson, Bootstrap, ConfigFile, configuration, console, errors, examples
from driftline.errors import ConfigError

if TYPE_CHECKING:
    from driftline.baseline import Baseline
    from driftline.baseline.cells import Source
    from driftline.baseline.draft import Draft

app = typer.Typer(
    help="Make, look at, compare, publish and delete baselines: what a model's data looked like, and what may change.",
    no_args_is_help=True,
)
app.command(epilog=PUBLISH_EXAMPLES)(publish)
app.command(epilog=DELETE_EXAMPLES)(delete)


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
        (
            "driftline baseline create train.csv -m churn --version 1 --format sagemaker -o baseline",
            "in the files of SageMaker Model Monitor",
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
    file_format: Annotated[
        str,
        typer.Option(
            "--format", help="driftline, or sagemaker: the files and the verdicts of Model Monitor (docs/sagemaker.md)."
        ),
    ] = "driftline",
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
    preprocess: Annotated[
        Path | None,
        typer.Option(
            "--preprocess", help="Script whose preprocess_handler is given each line of DATA (docs/sagemaker.md)."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a baseline of a data set, or of captures in Kafka, and say what was inferred.

    Without --output it is written to baseline-MODEL-VERSION; with --publish and no --output it is only published.
    """
    import msgspec

    from driftline.cli.baseline_input import (
        Data,
        folder_of,
        preprocessed,
        refuse_overwriting,
        remarks,
        roles_of,
        time_of,
    )
    from driftline.cli.baseline_monitor import make, require_format
    from driftline.cli.baseline_text import report

    with errors(), preprocessed(data, preprocess, from_topic) as (lines, names):
        is_monitor = file_format == "sagemaker"
        folder = out or (None if publish_it and not is_monitor else folder_of(model, version))
        given, since = roles_of(role or [], roles), time_of(effective_from, "--effective-from")
        require_format(file_format, given)
        refuse_overwriting(folder, force=force)
        settings = configuration(config, bootstrap) if publish_it or from_topic else None
        source = Data(lines, columns, na, delimiter, from_topic, start, end, names).source(settings, model, version)
        if is_monitor and folder is not None:
            loaded, written = make(source, folder, model=model, version=version)
            baseline = msgspec.structs.replace(loaded.baseline, effective_from=since)
            reasons: dict[str, str] = {}
            hints = (*loaded.remarks, *remarks(source))
        else:
            made = _drafted(source, model, version, given, since)
            baseline, reasons, hints = made.baseline, dict(made.reasons), (*made.hints, *remarks(source))
            written = _write(baseline, folder)
        topic = publish_to(settings, baseline) if publish_it and settings else None
        report(baseline, reasons, hints, written, topic, window_rows, as_json=as_json)


@app.command(
    epilog=examples(
        ("driftline baseline show baseline", "check a folder's files and show them"),
        (
            "driftline baseline show --statistics statistics.json --constraints constraints.json",
            "Model Monitor's files",
        ),
        ("driftline baseline show --from-kafka -m churn", "those that are published"),
    )
)
def show(
    folder: Annotated[Path | None, typer.Argument(help="Folder of a baseline.")] = None,
    *,
    statistics: StatisticsFile = None,
    constraints: ConstraintsFile = None,
    from_kafka: Annotated[bool, typer.Option("--from-kafka", help="Show published baselines instead.")] = False,
    model: Annotated[
        str | None,
        typer.Option(
            "--model", "-m", help="With --from-kafka: only of this model; with Model Monitor's files: theirs."
        ),
    ] = None,
    version: Annotated[
        str | None,
        typer.Option("--version", help="With --from-kafka: only of this version; with Model Monitor's files: theirs."),
    ] = None,
    identity: Annotated[str | None, typer.Option("--id", help="With --from-kafka: only the one of this id.")] = None,
    bootstrap: Bootstrap = None,
    config: ConfigFile = None,
    window_rows: WindowRows = 1000,
    as_json: AsJson = False,
) -> None:
    """Check a baseline's files and show what is in them, or show the published ones."""
    from driftline.cli.baseline_monitor import opened, tell

    with errors():
        if any((folder, statistics, constraints)) == from_kafka:
            raise ConfigError("name either a folder (or Model Monitor's files) or --from-kafka")
        if from_kafka:
            for baseline in published_as(configuration(config, bootstrap), model, version, identity):
                tell(baseline, (), window_rows, as_json=as_json)
        else:
            loaded = opened(folder, statistics, constraints, model, version)
            tell(loaded.baseline, loaded.remarks, window_rows, as_json=as_json)


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
        one, two = (either(name, bootstrap, config) for name in (first, second))
        found = difference(one, two)
        if as_json:
            typer.echo(json.dumps({"first": one.id, "second": two.id, "differences": [d._asdict() for d in found]}))
            return
        terminal = console()
        for baseline in (one, two):
            terminal.print(headline(baseline), markup=False)
        terminal.print(differences(found) if found else "no difference")


def _drafted(source: Source, model: str, version: str, roles: Mapping[str, str], since: int | None) -> Draft:
    from driftline.baseline.draft import draft
    from driftline.cli.baseline_text import reading

    with reading() as progress:
        return draft(source, model=model, version=version, roles=roles, effective_from=since, progress=progress)


def _write(baseline: Baseline, folder: Path | None) -> list[str]:
    from driftline.baseline import save

    return [] if folder is None else [str(path) for path in save(baseline, folder)]
