"""``driftline topics``: which there are, making them, checking them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from driftline.cli.common import AsJson, Bootstrap, ConfigFile, Exit, configuration, console, errors, examples

if TYPE_CHECKING:
    from driftline.broker.admin import TopicPlan
    from driftline.config import Config

app = typer.Typer(help="List, create and check driftline's topics.", no_args_is_help=True)

Captures = Annotated[
    int,
    typer.Option("--captures", min=0, help="Also create the configured captures topics, with so many partitions each."),
]


@app.command("list", epilog=examples(("driftline topics list", "the table of topics under the configured prefix")))
def list_topics(config: ConfigFile = None, as_json: AsJson = False) -> None:
    """Print the table of topics: name, key, value, what is kept, who writes and who reads. Needs no Kafka."""
    from driftline.contracts.topics import TOPICS

    with errors():
        prefix = configuration(config, None).topic_prefix
    if as_json:
        for spec in TOPICS:
            document = {"name": spec.full_name(prefix), "key": spec.key, "value": spec.value, "settings": spec.config}
            parties = {"written_by": spec.written_by, "read_by": spec.read_by, "owned": spec.owned}
            typer.echo(json.dumps(document | parties))
        return
    from rich.table import Table

    table = Table("topic", "key", "value", "kept", "written by", "read by")
    for spec in TOPICS:
        kept = spec.cleanup if spec.retention_ms is None else f"{spec.cleanup}, {spec.retention_ms // 86_400_000} d"
        name = spec.full_name(prefix) if spec.owned else f"{spec.full_name(prefix)} (yours)"
        table.add_row(name, spec.key, spec.value, kept, spec.written_by, ", ".join(spec.read_by))
    console().print(table)


@app.command(
    epilog=examples(
        ("driftline topics create -c driftline.toml", "driftline's own"),
        ("driftline topics create -c driftline.toml --captures 4", "also the captures topics, of 4 partitions"),
    )
)
def create(
    config: ConfigFile = None, bootstrap: Bootstrap = None, captures: Captures = 0, as_json: AsJson = False
) -> None:
    """Create the topics that are missing, with their settings; those that exist are left as they are."""
    with errors():
        settings = configuration(config, bootstrap)
        plans = _plans(settings, captures)
        from driftline.broker.admin import Admin
        from driftline.broker.settings import connecting

        created = Admin(connecting(settings.kafka, "topics")).create(plans)
    for name in sorted(created):
        typer.echo(json.dumps({"created": name}) if as_json else f"created {name}")
    if not created and not as_json:
        typer.echo(f"all {len(plans)} topics exist already")


@app.command(epilog=examples(("driftline topics check -c driftline.toml", "what is not as it should be")))
def check(config: ConfigFile = None, bootstrap: Bootstrap = None, as_json: AsJson = False) -> None:
    """Compare the topics in Kafka with what they should be; exit code 3 when something is wrong."""
    with errors():
        settings = configuration(config, bootstrap)
        plans = _plans(settings, 1)
        from driftline.broker.admin import Admin
        from driftline.broker.settings import connecting

        faults = Admin(connecting(settings.kafka, "topics")).check(plans)
    for fault in faults:
        typer.echo(json.dumps({"fault": fault}) if as_json else fault)
    if faults:
        raise typer.Exit(Exit.FAILED)
    if not as_json:
        typer.echo(f"all {len(plans)} topics are as they should be")


def _plans(settings: Config, captures: int) -> list[TopicPlan]:
    from driftline.broker.admin import TopicPlan
    from driftline.broker.plans import own_plans

    theirs = [TopicPlan(topic.name, captures) for topic in settings.topics] if captures else []
    return own_plans(settings.topic_prefix, settings.shards) + theirs
