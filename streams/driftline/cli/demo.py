"""``driftline demo``: the whole main job on an embedded broker."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from driftline.cli.common import WIDTH, Exit, errors, examples

if TYPE_CHECKING:
    from rich.console import Console

    from driftline.demo.summary import Summary

SECONDS: Final = 50.0
"""How long the two months take: with start and end it is about a minute."""

INTERRUPTED: Final = 130

EXAMPLES: Final = examples(
    ("driftline demo", "two months of flights in about a minute"),
    ("driftline demo --seconds 0 --json", "as fast as can be; the incidents as JSON"),
    ("driftline demo --keep -o /tmp/demo", "look around afterwards, until Ctrl-C"),
)


def demo(
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for the files it writes.")] = Path(
        "driftline-demo"
    ),
    seconds: Annotated[
        float,
        typer.Option(
            "--seconds", min=0, max=86_400, help="Send the flights over so long; 0: as fast as the worker reads."
        ),
    ] = SECONDS,
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave broker and worker running at the end, until Ctrl-C.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the summary as one JSON document; progress goes to standard error.")
    ] = False,
) -> None:
    """Run the whole main job on an embedded broker with real flights and a real blizzard, in about a minute.

    A model that predicts the delays of New York's flights, fitted on January 2013, answers every flight of February and
    March. A real worker reads its captures, closes a window at the end of each New York day, and compares it with January.

    Needs neither Docker nor Java nor a Kafka; its data come with the extra called demo. Ends with 0, whatever the incidents;
    Ctrl-C stops everything at once (exit code 130; with --keep, at the end, 0).
    """
    with errors():
        from driftline.demo.run import Options, run
        from driftline.demo.watch import view_on

        told = _console(stderr=as_json)
        finished = False

        def done(summary: Summary) -> None:
            nonlocal finished
            _tell(summary, told, as_json=as_json)
            if keep:
                told.print("broker and worker go on running; Ctrl-C stops them. In another terminal:", soft_wrap=True)
                told.print(f"  driftline violations --config {summary.files['configuration']}", soft_wrap=True)
            finished = True

        for number in (signal.SIGINT, signal.SIGTERM):  # shells let their background jobs ignore the first
            signal.signal(number, signal.default_int_handler)
        try:
            run(Options(output, seconds, keep), view_on(told), done)
        except KeyboardInterrupt:
            raise typer.Exit(Exit.FINE if finished else INTERRUPTED) from None


def _tell(summary: Summary, console: Console, *, as_json: bool) -> None:
    import msgspec

    from driftline.demo.summary import table_of

    if as_json:
        typer.echo(msgspec.json.encode(summary).decode())
        return
    console.print(table_of(summary))
    text = f"{len(summary.incidents)} incidents in {summary.windows} days and {summary.rows:,} flights"
    console.print(
        f"{text}, {summary.late} late, {summary.rejected} rejected, in {summary.seconds:.0f} s", soft_wrap=True
    )
    for name, path in summary.files.items():
        console.print(f"  {name:15} {path}", soft_wrap=True)


def _console(*, stderr: bool) -> Console:
    from rich.console import Console

    made = Console(stderr=stderr, markup=False, highlight=False)
    return made if made.is_terminal else Console(stderr=stderr, markup=False, highlight=False, width=WIDTH)
