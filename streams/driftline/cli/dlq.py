"""``driftline dlq``: what was refused, why, and sending it again."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Final

import typer

from driftline.cli.common import (
    AsJson,
    Bootstrap,
    ConfigFile,
    Exit,
    configuration,
    console,
    errors,
    examples,
    progress,
    until_interrupted,
)
from driftline.errors import ConfigError

if TYPE_CHECKING:
    from driftline.broker.producer import DurableProducer
    from driftline.config import Config
    from driftline.letters.letter import Letter, Wanted
    from driftline.letters.replay import Rules, Step

app = typer.Typer(help="Dead letters: list what was refused, show one, send records again.", no_args_is_help=True)

SHOWN_CHARACTERS: Final = 4_000
"""Of a record's value. Chosen: a few screens."""

ReasonOption = Annotated[str | None, typer.Option("--reason", help="Only of this reason (not_json, no_model, ...).")]
TopicOption = Annotated[str | None, typer.Option("--topic", help="Only of this captures topic.")]
Identities = Annotated[
    list[str] | None,
    typer.Argument(help="topic-partition-offset, as driftline dlq list prints it.", metavar="IDENTITY"),
]


@app.command(
    "list",
    epilog=examples(
        ("driftline dlq list -c driftline.toml", "how many of which reason, and the last fifty"),
        ("driftline dlq list --reason time_zone --json", "all of one reason, one a line"),
    ),
)
def list_letters(
    reason: ReasonOption = None,
    topic: TopicOption = None,
    limit: Annotated[
        int, typer.Option("--limit", min=0, help="Letters shown at most, the newest; --json shows all.")
    ] = 50,
    config: ConfigFile = None,
    bootstrap: Bootstrap = None,
    as_json: AsJson = False,
) -> None:
    """List dead letters: where the record lies, why it was refused, since when; and how many there are of each reason."""
    from driftline.letters.letter import Wanted

    with errors(), until_interrupted():
        found = _letters(configuration(config, bootstrap), Wanted(reason, topic))
        if as_json:
            for letter in found:
                typer.echo(json.dumps(_document(letter), ensure_ascii=False))
            return
        if not found:
            typer.echo("no dead letters")
            return
        _table(found[len(found) - min(limit, len(found)) :])
        for (name, sentence), count in Counter((one.refusal.reason, one.sentence) for one in found).most_common():
            typer.echo(f"{count:8,} {name}: {sentence}")


@app.command(
    epilog=examples(
        ("driftline dlq show captures-0-1042", "why the record at offset 1042 of captures[0] was refused"),
        ("driftline dlq show captures-0-1042 --value", "and the record itself, from its topic"),
    )
)
def show(
    identities: Identities = None,
    value: Annotated[bool, typer.Option("--value", help="Also the record, which may hold personal data.")] = False,
    config: ConfigFile = None,
    bootstrap: Bootstrap = None,
    as_json: AsJson = False,
) -> None:
    """Show dead letters in full: place, reason, what was expected and what came, the SHA-256 of the record."""
    from driftline.letters.letter import Wanted

    with errors(), until_interrupted():
        if not identities:
            raise ConfigError("name at least one IDENTITY, as driftline dlq list prints it")
        settings = configuration(config, bootstrap)
        found = _letters(settings, Wanted(identities=tuple(identities)))
        for letter in found:
            document = _document(letter) | (_original(settings, letter) if value else {})
            if as_json:
                typer.echo(json.dumps(document, ensure_ascii=False))
            else:
                for name, text in document.items():
                    if text is not None:
                        typer.echo(f"{name:9} {_readable(str(text))}")
                typer.echo()
        if not found:
            raise ConfigError(f"no dead letter of {', '.join(identities)}")


@app.command(
    epilog=examples(
        ("driftline dlq replay --reason no_model --dry-run", "what would be sent, and what cannot be"),
        ("driftline dlq replay captures-0-1042 --to captures-fixed", "one record, to another topic"),
    )
)
def replay(
    identities: Identities = None,
    *,
    reason: ReasonOption = None,
    topic: TopicOption = None,
    everything: Annotated[bool, typer.Option("--all", help="All letters, if none is chosen otherwise.")] = False,
    to: Annotated[
        str | None, typer.Option("--to", help="Topic to send to (default: where each record came from).")
    ] = None,
    rows: Annotated[bool, typer.Option("--rows", help="Also records of which only some rows were refused.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Also records that were sent again before.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")] = False,
    config: ConfigFile = None,
    bootstrap: Bootstrap = None,
    as_json: AsJson = False,
) -> None:
    """Send refused records again, once what was wrong with them or with the configuration is mended.

    A record is read from its topic, partition and offset, else taken from the letter if that carries the bytes, held to the
    letter's SHA-256, and sent with key, headers and time as they were. What cannot be sent again is said, with the reason;
    exit code 3 when there is any. Events older than the allowed lateness will be counted as late.
    """
    from driftline.letters.letter import Wanted
    from driftline.letters.replay import Rules

    with errors(), until_interrupted():
        if not (identities or reason or topic or everything):
            raise ConfigError("name IDENTITY, --reason or --topic, or --all for every letter")
        settings = configuration(config, bootstrap)
        wanted = Wanted(reason, topic, tuple(identities or ()))
        sent = skipped = 0
        for step in _steps(settings, wanted, Rules(rows, again), to, dry_run=dry_run):
            sent, skipped = sent + (step.record is not None), skipped + (step.record is None)
            _tell(step, to, dry_run=dry_run, as_json=as_json)
        typer.echo(f"{sent} {'to be sent' if dry_run else 'sent'}, {skipped} not", err=as_json)
        if skipped:
            raise typer.Exit(Exit.FAILED)


def _letters(settings: Config, wanted: Wanted) -> list[Letter]:
    from driftline.letters.letter import read_letters

    strangers: list[str] = []
    with progress("reading dead letters") as told:
        found = list(read_letters(settings, wanted, told, strangers))
    for stranger in strangers:
        typer.echo(f"driftline: {stranger}", err=True)
    return found


def _steps(settings: Config, wanted: Wanted, rules: Rules, to: str | None, *, dry_run: bool) -> Iterator[Step]:
    """The steps of a replay; each is sent before it is told, and all are acknowledged at the end."""
    from driftline.broker.pick import Picker
    from driftline.broker.producer import DurableProducer
    from driftline.broker.settings import producing, replaying
    from driftline.letters.replay import plan, send

    letters = _letters(settings, wanted)
    producer = DurableProducer(producing(settings.kafka))
    with Picker(replaying(settings.kafka)) as picker, _flushing(producer):
        for step in plan(letters, picker, rules):
            if step.record is not None and not dry_run:
                send(step, producer, to)
            yield step


@contextmanager
def _flushing(producer: DurableProducer) -> Iterator[None]:
    yield
    producer.flush()


def _tell(step: Step, to: str | None, *, dry_run: bool, as_json: bool) -> None:
    target = to or step.letter.refusal.topic
    if as_json:
        sent = step.record is not None
        document = {
            "identity": step.identity,
            "sent": sent and not dry_run,
            "would_be_sent": sent,
            "why": step.why or None,
        }
        typer.echo(json.dumps(document | {"to": target if sent else None}, ensure_ascii=False))
    elif step.record is None:
        typer.echo(f"{step.identity}: not sent: {step.why}")
    else:
        typer.echo(f"{step.identity}: {'would be sent' if dry_run else 'sent'} to {target}")


def _document(letter: Letter) -> dict[str, object]:
    refusal = letter.refusal
    return {
        "identity": refusal.identity,
        "reason": refusal.reason,
        "sentence": letter.sentence,
        "message": refusal.message,
        "time": f"{datetime.fromtimestamp(letter.time_ms / 1000, UTC):%Y-%m-%dT%H:%M:%SZ}",
        "key": None if letter.key is None else letter.key.decode("utf-8", "replace"),
        "sha256": refusal.sha256,
        "carries": len(letter.value) or None,
    }


def _original(settings: Config, letter: Letter) -> dict[str, object]:
    from driftline.broker.pick import Picker
    from driftline.broker.settings import replaying

    with Picker(replaying(settings.kafka)) as picker:
        found = picker.at(*letter.place)
    if isinstance(found, str):
        return {"value": _text(letter.value) if letter.value else f"cannot be shown: {found}"}
    return {"value": _text(found.value)}


def _text(value: bytes) -> str:
    more = f" … {len(value)} bytes" if len(value) > SHOWN_CHARACTERS else ""
    return value[:SHOWN_CHARACTERS].decode("utf-8", "backslashreplace") + more


def _readable(text: str) -> str:
    """Without control characters, which a terminal would obey."""
    return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in text)


def _table(letters: list[Letter]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table("record", "reason", "message", "written")
    for letter in letters:
        refusal = letter.refusal
        written = f"{datetime.fromtimestamp(letter.time_ms / 1000, UTC):%Y-%m-%d %H:%M:%SZ}"
        table.add_row(Text(refusal.identity), refusal.reason, Text(_readable(refusal.message)), written)
    console().print(table)
