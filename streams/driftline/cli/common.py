"""What the commands share: options, the configuration they name, and how errors end."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import sys
from collections.abc import Callable, Iterator
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from driftline.errors import ConfigError, DriftlineError, ReportError
from driftline.printable import printable

if TYPE_CHECKING:
    from rich.console import Console

    from driftline.config import Config

ConfigFile = Annotated[
    Path | None, typer.Option("--config", "-c", help="Configuration file (TOML).", envvar="DRIFTLINE_CONFIG")
]
Bootstrap = Annotated[str | None, typer.Option("--bootstrap", "-b", help="Kafka, host:port[,host:port].")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs, one document a line.")]
Follow = Annotated[bool, typer.Option("--follow", "-f", help="Go on with what arrives, until Ctrl-C.")]

WIDTH = 160
"""Columns of a table that goes to no terminal."""


class Exit(IntEnum):
    """Exit codes of every command."""

    FINE = 0
    VIOLATIONS = 1
    USAGE = 2
    FAILED = 3


@contextlib.contextmanager
def errors() -> Iterator[None]:
    """An error on purpose is its one line and an exit code: 2 for what was typed or configured, 3 for what failed."""
    try:
        yield
    except DriftlineError as error:
        typer.echo(f"driftline: {printable(str(error))}", err=True)
        raise typer.Exit(Exit.USAGE if isinstance(error, ConfigError) else Exit.FAILED) from error


@contextlib.contextmanager
def until_interrupted(*, endless: bool = False) -> Iterator[None]:
    """A reader that has seen enough (``| head``) is how these commands end well, and Ctrl-C is for those without an end.

    For the others Ctrl-C is 130, as for any command: what was not read to its end is not known to be fine.
    """
    try:
        yield
    except KeyboardInterrupt:
        if not endless:
            raise
        raise typer.Exit(Exit.FINE) from None
    except BrokenPipeError:
        sys.stderr.close()  # else the interpreter complains about the pipe once more when it flushes at the end
        raise typer.Exit(Exit.FINE) from None


@contextlib.contextmanager
def patient_reader() -> Iterator[None]:
    """A reader that has heard enough (``| head``, ``| grep -q``) changes no exit code: the rest is told to nobody.

    Raises ReportError where the answer cannot be written for another reason, as on a full disk.
    """
    try:
        yield
        sys.stdout.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            raise ReportError(f"the answer cannot be written: {error.strerror}") from error


def configuration(path: Path | None, bootstrap: str | None) -> Config:
    """The configuration of a file and the environment; ``bootstrap`` overrules where Kafka is. Raises ConfigError."""
    from driftline.config import load_config

    config = load_config(path)
    if bootstrap is None:
        return config
    return dataclasses.replace(config, kafka=dataclasses.replace(config.kafka, bootstrap=bootstrap))


def examples(*lines: tuple[str, str]) -> str:
    """The end of a command's help: commands, each with what it is for.

    >>> examples(("driftline top", "watch the worker on this machine")).split(chr(10))
    ['Examples:', '', 'driftline top   (watch the worker on this machine)']
    """
    return "\n\n".join(["Examples:", *(f"{command}   ({purpose})" for command, purpose in lines)])


@contextlib.contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None] | None]:
    """A bar on standard error, told how much is done and of how much; nothing where that is no terminal."""
    from rich.console import Console
    from rich.progress import Progress

    terminal = Console(stderr=True)
    if not terminal.is_terminal:
        yield None
        return
    with Progress(console=terminal, transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def console() -> Console:
    """Standard output, wide enough for tables when it is no terminal; what is shown is text, whatever is in it."""
    from driftline.cli.terminal import PlainConsole

    made = PlainConsole()
    return made if made.is_terminal else PlainConsole(width=WIDTH)
