"""``driftline config``: what is in force and why, the schema for editors, a file to begin with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from driftline.cli.common import AsJson, Bootstrap, ConfigFile, console, errors, examples
from driftline.errors import ConfigError

if TYPE_CHECKING:
    from driftline.config.noted import Setting

app = typer.Typer(
    help="Show the configuration in force, print its schema, write one to begin with.", no_args_is_help=True
)

Only = Annotated[bool, typer.Option("--changed", help="Only what is not a default.")]


@app.command(
    epilog=examples(
        ("driftline config show -c driftline.toml", "every setting, its value, and where it came from"),
        ("driftline config show --changed", "only what the environment and the file say"),
    )
)
def show(config: ConfigFile = None, changed: Only = False, as_json: AsJson = False) -> None:
    """Print every setting in force and where it came from: default, file, or a variable. Secrets are masked. Needs no Kafka."""
    from driftline.config import explained_config
    from driftline.config.noted import DEFAULT

    with errors():
        _, settings = explained_config(config)
    shown = [
        setting for setting in settings if setting.value is not None and not (changed and setting.origin == DEFAULT)
    ]
    if as_json:
        for setting in shown:
            document = {"setting": setting.path, "value": setting.shown, "origin": setting.origin}
            typer.echo(json.dumps(document, ensure_ascii=False))
        return
    _print(shown)


def _print(settings: list[Setting]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table("setting", "value", "from")
    for setting in settings:
        spelled = json.dumps(setting.shown, ensure_ascii=False)
        table.add_row(Text(setting.path), Text(spelled), Text(setting.origin))
    console().print(table)


@app.command(
    epilog=examples(
        ("driftline config schema > config.schema.json", "name it in the file: #:schema config.schema.json")
    )
)
def schema() -> None:
    """Print the JSON Schema (2020-12) of the configuration, with which editors complete and check. Needs no Kafka."""
    from driftline.config.schema import config_schema

    typer.echo(json.dumps(config_schema(), indent=2, ensure_ascii=False))


@app.command(
    epilog=examples(
        ("driftline config init -b broker:9092 --topic captures", "write driftline.toml and its schema beside it"),
    )
)
def init(
    output: Annotated[Path, typer.Option("--output", "-o", help="File to write.")] = Path("driftline.toml"),
    bootstrap: Bootstrap = None,
    topic: Annotated[
        str | None, typer.Option("--topic", help="Topic that model servers write to (default: driftline.captures).")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file that is there.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write a configuration with every setting, its default and what it is for, and the schema for editors beside it."""
    from driftline.config import Config
    from driftline.config.load import check_text
    from driftline.config.schema import config_schema
    from driftline.config.template import template

    with errors():
        if output.exists() and not force:
            raise ConfigError(f"{output} is there already: --force overwrites it")
        beside = output.with_name("config.schema.json")
        own = Config()
        text = template(bootstrap or own.kafka.bootstrap, topic or own.topics[0].name, beside.name)
        check_text(text)
        _write(output, text)
        _write(beside, json.dumps(config_schema(), indent=2, ensure_ascii=False) + "\n")
    if as_json:
        typer.echo(json.dumps({"configuration": str(output), "schema": str(beside)}))
    else:
        typer.echo(f"wrote {output} and {beside}; next: driftline doctor -c {output}")


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror}") from error
