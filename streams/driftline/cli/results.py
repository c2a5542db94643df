"""``driftline violations`` and ``driftline statistics``: reading what the workers said."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Annotated, Final, Protocol, TypeVar

import typer

from driftline.cli.common import (
    AsJson,
    Bootstrap,
    ConfigFile,
    Exit,
    Follow,
    configuration,
    console,
    errors,
    examples,
    progress,
    until_interrupted,
)
from driftline.errors import ContractError
from driftline.printable import printable_line

if TYPE_CHECKING:
    from rich.table import Table

    from driftline.config import Config
    from driftline.contracts.capture import RawBatch

T = TypeVar("T")
Found = tuple[str, T]
"""A record as it stands on the topic, and what it says."""

REMEMBERED: Final = 100_000
"""Results by which a repeated one is known. Chosen: some 20 MB, and more than a topic's retention usually holds."""

VIOLATIONS_EXAMPLES: Final = examples(
    ("driftline violations --model churn", "everything that is still on the topic"),
    ("driftline violations --follow --json", "what arrives, one event a line, until Ctrl-C"),
)
STATISTICS_EXAMPLES: Final = examples(
    ("driftline statistics --model churn --version 2", "one line a closed window"),
    ("driftline statistics --json", "all of it, one window a line"),
)

Model = Annotated[str | None, typer.Option("--model", "-m", help="Only of this model.")]
Version = Annotated[str | None, typer.Option("--version", help="Only of this version.")]


def violations(
    config: ConfigFile = None,
    bootstrap: Bootstrap = None,
    model: Model = None,
    version: Version = None,
    follow: Follow = False,
    as_json: AsJson = False,
) -> None:
    """Show violation events: incidents opened, updated, resolved. Exit code 1 when one of them is still open."""
    with errors(), until_interrupted(endless=follow):
        from driftline.cli.results_text import violation_line, violation_table
        from driftline.contracts.violation import decode_violation

        settings = configuration(config, bootstrap)
        found = once(
            _of(read_results(settings, "violations", decode_violation, follow=follow), model, version),
            lambda event: event.event_id,
        )
        if follow:
            _stream(found, violation_line, as_json=as_json)
        events = sorted(found, key=lambda pair: (pair[1].window.end, pair[1].incident_id, pair[1].kind))
        _print(events, violation_table, "no violations", as_json=as_json)
        last = {event.incident_id: event.kind for _, event in events}
        if any(kind != "resolved" for kind in last.values()):
            raise typer.Exit(Exit.VIOLATIONS)


def statistics(
    config: ConfigFile = None,
    bootstrap: Bootstrap = None,
    model: Model = None,
    version: Version = None,
    follow: Follow = False,
    as_json: AsJson = False,
) -> None:
    """Show the final statistics of closed windows; --json has them in full."""
    with errors(), until_interrupted(endless=follow):
        from driftline.cli.results_text import statistics_line, statistics_table
        from driftline.contracts.statistics import decode_statistics

        settings = configuration(config, bootstrap)
        found = once(
            _of(read_results(settings, "statistics", decode_statistics, follow=follow), model, version),
            lambda window: (window.model, window.version, window.slice, window.window, window.baseline_id),
        )
        if follow:
            _stream(found, statistics_line, as_json=as_json)
        windows = sorted(found, key=lambda pair: (pair[1].window.end, pair[1].model, pair[1].version))
        _print(windows, statistics_table, "no closed windows", as_json=as_json)


def read_results(
    settings: Config, name: str, decode: Callable[[bytes], T], *, follow: bool = False
) -> Iterator[Found[T]]:
    """The records of one of driftline's topics; what is none of ours is said and skipped."""
    from driftline.broker.follow import follow_topic
    from driftline.broker.replay import read_topic
    from driftline.broker.settings import replaying
    from driftline.contracts.topics import topic

    where = topic(name).full_name(settings.topic_prefix)
    if follow:
        for batch in follow_topic(replaying(settings.kafka), where):
            yield from _decoded(batch, decode)
        return
    with progress(f"reading {name}") as told:
        for batch in read_topic(replaying(settings.kafka), where, progress=told):
            yield from _decoded(batch, decode)


def _decoded(batch: RawBatch, decode: Callable[[bytes], T]) -> Iterator[Found[T]]:
    for offset, value in zip(batch.offsets, batch.values, strict=True):
        try:
            yield (value or b"").decode(), decode(value or b"")
        except (ContractError, UnicodeDecodeError) as error:
            typer.echo(
                f"driftline: {batch.topic}[{batch.partition}] @ {offset} is skipped: {printable_line(str(error))}",
                err=True,
            )


class _OfModel(Protocol):
    """What says which model and version it is of."""

    @property
    def model(self) -> str: ...

    @property
    def version(self) -> str: ...


M = TypeVar("M", bound=_OfModel)


def _of(found: Iterable[Found[M]], model: str | None, version: str | None) -> Iterator[Found[M]]:
    """Those of the wanted model and version; None wants any."""
    return (one for one in found if model in {None, one[1].model} and version in {None, one[1].version})


def once(found: Iterable[Found[T]], identity: Callable[[T], object]) -> Iterator[Found[T]]:
    """Without repetitions: a worker that starts again may say once more what it has said, in the same words."""
    seen: OrderedDict[object, None] = OrderedDict()
    for text, value in found:
        key = identity(value)
        if key not in seen:
            seen[key] = None
            if len(seen) > REMEMBERED:
                seen.popitem(last=False)
            yield text, value


def _stream(found: Iterable[Found[T]], line: Callable[[T], str], *, as_json: bool) -> None:
    """Without end; each record at once."""
    for text, value in found:
        typer.echo(text if as_json else printable_line(line(value)))


def _print(found: list[Found[T]], table: Callable[[list[T]], Table], nothing: str, *, as_json: bool) -> None:
    if as_json:
        for text, _ in found:
            typer.echo(text)
    elif found:
        console().print(table([value for _, value in found]))
    else:
        typer.echo(nothing)
