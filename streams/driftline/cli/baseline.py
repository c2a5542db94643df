"""`driftline baseline`: make, look at, compare, publish and delete baselines."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from driftline.errors import BaselineError, ConfigError, DriftlineError

if TYPE_CHECKING:
    from rich.console import Console

    from driftline.baseline import Baseline
    from driftline.baseline.cells import Source
    from driftline.baseline.draft import Draft

app = typer.Typer(
    name="baseline",
    help="Make, look at, compare, publish and delete baselines: what a model's data looked like, and what may change.",
    no_args_is_help=True,
)

_Model = Annotated[str, typer.Option("--model", "-m", help="Model that the baseline is for.")]
_Version = Annotated[str, typer.Option("--version", help="Version of the model.")]
_Bootstrap = Annotated[str | None, typer.Option("--bootstrap", help="Kafka, host:port[,host:port].")]
_ConfigFile = Annotated[Path | None, typer.Option("--config", "-c", help="Configuration file (TOML).")]
_Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
_WindowRows = Annotated[
    int, typer.Option("--window-rows", min=1, help="Rows of a window: what is the smallest change that it shows?")
]
_EffectiveFrom = Annotated[
    str | None,
    typer.Option(
        "--effective-from", help="From which event time on windows are judged by it (RFC 3339 or ms; default: now)."
    ),
]


@app.command()
def create(
    data: Annotated[
        Path | None, typer.Argument(help="CSV (also .gz, .zip), Parquet or JSON Lines file; read twice, of any size.")
    ] = None,
    *,
    model: _Model,
    version: _Version,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder to write to (default: baseline-MODEL-VERSION).")
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
        str | None, typer.Option("--columns", help="Names of the columns of a CSV file without a header: a,b,c.")
    ] = None,
    na: Annotated[
        str | None,
        typer.Option(
            "--na",
            help="Words for a missing value in CSV, besides the empty one: NA,NaN. In a column that is otherwise all "
            "numbers or booleans, NA, NaN, nan and null are always missing.",
        ),
    ] = None,
    delimiter: Annotated[
        str | None, typer.Option("--delimiter", help="Delimiter of a CSV file (default: the commonest of , ; tab |).")
    ] = None,
    from_topic: Annotated[
        str | None, typer.Option("--from-topic", help="Make it from the captures of this topic instead of a file.")
    ] = None,
    start: Annotated[
        str | None, typer.Option("--start", help="First event time of --from-topic (RFC 3339 or ms).")
    ] = None,
    end: Annotated[
        str | None, typer.Option("--end", help="Event time before which --from-topic ends (RFC 3339 or ms).")
    ] = None,
    publish_it: Annotated[bool, typer.Option("--publish", help="Also publish it to the baselines topic.")] = False,
    effective_from: _EffectiveFrom = None,
    bootstrap: _Bootstrap = None,
    config: _ConfigFile = None,
    window_rows: _WindowRows = 1000,
    as_json: _Json = False,
) -> None:
    """Make a baseline of a data set, or of captures in Kafka, and say what was inferred.

    Without --out it is written to baseline-MODEL-VERSION; with --publish alone it is only published.
    """
    from driftline.baseline.draft import draft
    from driftline.cli.baseline_input import names_of, roles_of, time_of

    with _errors():
        folder = out or (None if publish_it else _folder(model, version))
        _refuse_overwriting(folder, force=force)
        given, since = roles_of(role or [], roles), time_of(effective_from, "--effective-from")
        if from_topic is None:
            _only_with_a_topic(start, end)
            source = _file(data, names_of(columns), names_of(na) or [], delimiter)
        else:
            _without_a_file(data, columns, na, delimiter)
            source = _captures(from_topic, model, version, start, end, bootstrap, config)
        with _progress() as progress:
            made = draft(source, model=model, version=version, roles=given, effective_from=since, progress=progress)
        written = _write(made.baseline, folder)
        topic = _publish(made.baseline, bootstrap, config) if publish_it else None
        _report(made, written, topic, window_rows, as_json=as_json)


@app.command()
def show(
    folder: Annotated[Path | None, typer.Argument(help="Folder of a baseline.")] = None,
    *,
    from_kafka: Annotated[bool, typer.Option("--from-kafka", help="Show published baselines instead.")] = False,
    model: Annotated[str | None, typer.Option("--model", "-m", help="With --from-kafka: only of this model.")] = None,
    version: Annotated[str | None, typer.Option("--version", help="With --from-kafka: only of this version.")] = None,
    identity: Annotated[str | None, typer.Option("--id", help="With --from-kafka: only the one of this id.")] = None,
    bootstrap: _Bootstrap = None,
    config: _ConfigFile = None,
    window_rows: _WindowRows = 1000,
    as_json: _Json = False,
) -> None:
    """Check a baseline's files and show what is in them, or show the published ones."""
    from driftline.baseline import load

    with _errors():
        if (folder is None) != from_kafka:
            raise ConfigError("name either a folder or --from-kafka")
        found = [load(folder)] if folder else _published(bootstrap, config, model, version, identity)
        _show(found, window_rows, as_json=as_json)


@app.command()
def diff(
    first: Annotated[str, typer.Argument(help="Folder of a baseline, or the id of a published one.")],
    second: Annotated[str, typer.Argument(help="Folder of a baseline, or the id of a published one.")],
    *,
    bootstrap: _Bootstrap = None,
    config: _ConfigFile = None,
    as_json: _Json = False,
) -> None:
    """Compare two baselines: columns, statistics, limits. Shifts of means are in sigmas of the first."""
    from driftline.baseline.diff import diff as difference
    from driftline.cli.baseline_text import differences, headline

    with _errors():
        one, two = (_either(name, bootstrap, config) for name in (first, second))
        found = difference(one, two)
        if as_json:
            typer.echo(json.dumps({"first": one.id, "second": two.id, "differences": [d._asdict() for d in found]}))
            return
        console = _console()
        for baseline in (one, two):
            console.print(headline(baseline), markup=False)
        console.print(differences(found) if found else "no difference")


@app.command()
def publish(
    folder: Annotated[Path, typer.Argument(help="Folder of a baseline.")],
    *,
    effective_from: _EffectiveFrom = None,
    bootstrap: _Bootstrap = None,
    config: _ConfigFile = None,
) -> None:
    """Put a baseline on the baselines topic; running workers take it over without a restart."""
    import msgspec

    from driftline.baseline import load
    from driftline.cli.baseline_input import time_of

    with _errors():
        baseline = load(folder)
        since = time_of(effective_from, "--effective-from")
        if since is not None:
            baseline = msgspec.structs.replace(baseline, effective_from=since)
        topic = _publish(baseline, bootstrap, config)
        typer.echo(f"published baseline {baseline.id} of {baseline.model}/{baseline.version} to {topic}")


@app.command()
def delete(
    *,
    model: _Model,
    version: _Version,
    identity: Annotated[str | None, typer.Option("--id", help="Only the baseline of this id.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All of them, if there are several.")] = False,
    bootstrap: _Bootstrap = None,
    config: _ConfigFile = None,
) -> None:
    """Take published baselines of a model and version off the baselines topic (tombstones)."""
    from driftline.cli.baseline_kafka import configuration, delete_baseline

    with _errors():
        found = _published(bootstrap, config, model, version, identity)
        if len(found) > 1 and not every:
            ids = ", ".join(baseline.id for baseline in found)
            raise ConfigError(
                f"{model}/{version} has {len(found)} published baselines ({ids}): name one by --id, or --all"
            )
        for baseline in found:
            delete_baseline(configuration(bootstrap, config), baseline)
            typer.echo(f"deleted baseline {baseline.id} of {model}/{version}")


@contextlib.contextmanager
def _errors() -> Iterator[None]:
    """An error on purpose is its one line and an exit code: 2 for what was typed, 3 for what failed."""
    try:
        yield
    except DriftlineError as error:
        typer.echo(f"driftline: {error}", err=True)
        raise typer.Exit(2 if isinstance(error, ConfigError) else 3) from error


@contextlib.contextmanager
def _progress() -> Iterator[Callable[[float], None] | None]:
    """A progress bar on a terminal, nothing elsewhere."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task("reading, twice", total=1.0)
        yield lambda done: bar.update(task, completed=done)


def _console() -> Console:
    from rich.console import Console

    console = Console()
    return console if console.is_terminal else Console(width=160)


def _folder(model: str, version: str) -> Path:
    """Where a baseline goes by default, without what file names can't hold."""
    return Path("".join(c if c.isalnum() or c in "._-" else "_" for c in f"baseline-{model}-{version}"))


def _refuse_overwriting(folder: Path | None, *, force: bool) -> None:
    from driftline.baseline.files import CONSTRAINTS, STATISTICS

    if folder is not None and not force and any((folder / name).exists() for name in (STATISTICS, CONSTRAINTS)):
        raise ConfigError(f"{folder} holds a baseline, whose limits may be edited by hand: --force overwrites it")


def _only_with_a_topic(start: str | None, end: str | None) -> None:
    if start is not None or end is not None:
        raise ConfigError("--start and --end go with --from-topic")


def _without_a_file(data: Path | None, *options: str | None) -> None:
    if data is not None or any(option is not None for option in options):
        raise ConfigError("DATA, --columns, --na and --delimiter do not go with --from-topic")


def _file(data: Path | None, columns: list[str] | None, na: list[str], delimiter: str | None) -> Source:
    from driftline.baseline.readers import open_source

    if data is None:
        raise ConfigError("name the DATA file, or --from-topic")
    return open_source(data, columns=columns, na=na, delimiter=delimiter)


def _captures(
    topic: str,
    model: str,
    version: str,
    start: str | None,
    end: str | None,
    bootstrap: str | None,
    config: Path | None,
) -> Source:
    from driftline.cli.baseline_captures import CapturesSource
    from driftline.cli.baseline_input import time_of
    from driftline.cli.baseline_kafka import configuration

    times = time_of(start, "--start"), time_of(end, "--end")
    return CapturesSource(configuration(bootstrap, config), topic, model, version, *times)


def _write(baseline: Baseline, folder: Path | None) -> list[str]:
    from driftline.baseline import save

    return [] if folder is None else [str(path) for path in save(baseline, folder)]


def _publish(baseline: Baseline, bootstrap: str | None, config: Path | None) -> str:
    from driftline.cli.baseline_kafka import configuration, publish_baseline

    return publish_baseline(configuration(bootstrap, config), baseline)


def _published(
    bootstrap: str | None, config: Path | None, model: str | None, version: str | None, identity: str | None
) -> list[Baseline]:
    """The published baselines that fit; BaselineError if there are none."""
    from driftline.cli.baseline_kafka import configuration, published

    found = [
        baseline
        for baseline in published(configuration(bootstrap, config))
        if model in {None, baseline.model} and version in {None, baseline.version} and identity in {None, baseline.id}
    ]
    if not found:
        wanted = "/".join(name for name in (model, version, identity) if name)
        raise BaselineError(f"no baseline {wanted + ' ' if wanted else ''}is published")
    return found


def _either(name: str, bootstrap: str | None, config: Path | None) -> Baseline:
    from driftline.baseline import load

    return load(name) if Path(name).exists() else _published(bootstrap, config, None, None, name)[0]


def _show(baselines: list[Baseline], window_rows: int, *, as_json: bool) -> None:
    from driftline.cli.baseline_text import document, headline, table_of

    if as_json:
        for baseline in baselines:
            typer.echo(json.dumps(document(baseline, {}, [])))
        return
    console = _console()
    for baseline in baselines:
        console.print(headline(baseline), markup=False)
        console.print(table_of(baseline, {}, window_rows))


def _report(made: Draft, written: list[str], topic: str | None, window_rows: int, *, as_json: bool) -> None:
    """What was inferred, and where it is now."""
    from driftline.cli.baseline_text import document, headline, table_of

    baseline = made.baseline
    if as_json:
        found = document(baseline, made.reasons, made.hints) | {"files": written, "topic": topic}
        typer.echo(json.dumps(found))
        return
    console = _console()
    console.print(headline(baseline), markup=False)
    console.print(table_of(baseline, made.reasons, window_rows))
    for hint in made.hints:
        console.print(f"note: {hint}", markup=False)
    for path in written:
        console.print(f"wrote {path}", markup=False, soft_wrap=True)
    if topic is not None:
        console.print(f"published to {topic}", markup=False)
