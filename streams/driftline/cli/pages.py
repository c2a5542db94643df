"""docs/commands.md from the commands themselves: ``python -m driftline.cli.pages > docs/commands.md``."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

import typer
from typer.core import TyperArgument

from driftline.cli.main import app

INTRODUCTION = """# Commands

Written by `python -m driftline.cli.pages` from the commands themselves; do not edit by hand.

**Exit codes** of every command: 0 fine, 1 violations (an incident is open), 2 usage or configuration, 3 failed. Ctrl-C is
130, but 0 for what would go on without end (`--follow`, `top`, a worker).

**The same everywhere.** `--config`/`-c` names the file of settings (or `DRIFTLINE_CONFIG`; without one, the defaults and the
environment hold), `--bootstrap`/`-b` overrules where Kafka is, `--json` prints for programs, one document a line,
`--model`/`-m` and `--version` choose. What a command says goes to standard output, faults and progress to standard error.

**Colours** are for terminals only, and not with `NO_COLOR` set.

**Completion.** `driftline --install-completion` adds it to bash, zsh or fish, `driftline --show-completion` prints it.
"""


def page() -> str:
    """The whole page, in Markdown."""
    return "\n".join([INTRODUCTION, *_of(typer.main.get_command(app), "driftline")])


def _of(command: object, name: str) -> Iterator[str]:
    """The section of a command, or those of a group's commands."""
    for child, one in sorted(getattr(command, "commands", {}).items()):
        yield from _of(one, f"{name} {child}")
    if not hasattr(command, "commands"):
        yield _section(command, name)


def _section(command, name: str) -> str:  # type: ignore[no-untyped-def]  # noqa: ANN001 - click's, or typer's copy of it
    arguments = [one for one in command.params if isinstance(one, TyperArgument)]
    options = [one for one in command.params if not isinstance(one, TyperArgument) and not one.hidden]
    usage = " ".join([name, *(_metavar(one) for one in arguments), "[OPTIONS]"])
    text = re.sub(r"\n(?!\n)(?<!\n\n)", " ", command.help or "").replace("  ", "\n\n")
    lines = [f"## {name}\n", f"`{usage}`\n", text.strip() + "\n"]
    lines += [f"- `{_metavar(one)}`: {one.help}" for one in arguments]
    lines += [f"- {_flags(one)}: {one.help or ''}" for one in options if one.name != "help"]
    return "\n".join([*lines, "", _examples(command.epilog or "")])


def _metavar(argument: TyperArgument) -> str:
    name = (argument.metavar or argument.name or "").upper()
    return name if argument.required else f"[{name}]"


def _flags(option) -> str:  # type: ignore[no-untyped-def]  # noqa: ANN001 - as above
    return ", ".join(f"`{flag}`" for flag in (*option.opts, *option.secondary_opts))


def _examples(epilog: str) -> str:
    """The examples as one block of shell."""
    found = re.findall(r"^(driftline .*?)   \((.*)\)$", epilog, re.MULTILINE)
    width = max((len(command) for command, _ in found), default=0)
    return "\n".join(["```sh", *(f"{command:{width}}  # {purpose}" for command, purpose in found), "```", ""])


if __name__ == "__main__":
    sys.stdout.write(page())
