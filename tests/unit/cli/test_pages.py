"""Every command says by example how it is used, and docs/commands.md says what the commands say."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from driftline.cli.main import app
from driftline.cli.pages import page

COMMANDS = Path(__file__).parents[3] / "docs" / "commands.md"
HEAVY = ("aiokafka", "confluent_kafka", "faust", "msgspec", "numpy", "pandas", "prometheus_client", "pyarrow", "river")
ROOT: Any = typer.main.get_command(app)


def commands(command: Any = ROOT, name: str = "driftline") -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - click's, or typer's own
    if not hasattr(command, "commands"):
        yield name, command
    for child, one in getattr(command, "commands", {}).items():
        yield from commands(one, f"{name} {child}")


def test_the_page_is_what_the_commands_say() -> None:
    assert COMMANDS.read_text(encoding="utf-8") == page(), "run: python -m driftline.cli.pages > docs/commands.md"


@pytest.mark.parametrize(("name", "command"), list(commands()))
def test_every_command_has_examples_that_can_be_typed(name: str, command: Any) -> None:  # noqa: ANN401
    shown = re.findall(r"^(?:[A-Z_]+=\S+ )?(driftline .*?)   \(.+\)$", command.epilog or "", re.MULTILINE)
    assert shown, f"{name} has no example"
    assert (command.epilog or "").startswith("Examples:")
    for line in shown:
        assert line.startswith(name)
        told = shlex.split(line.removeprefix(name).partition(" > ")[0].partition(" | ")[0])
        command.make_context(name, told, resilient_parsing=False)


@pytest.mark.parametrize(("name", "command"), list(commands()))
def test_every_option_has_a_help_and_the_same_meaning_has_the_same_name(name: str, command: Any) -> None:  # noqa: ANN401
    flags = {flag: one for one in command.params for flag in one.opts}
    assert all(one.help for one in flags.values())
    pairs = {"-c": "--config", "-b": "--bootstrap", "-m": "--model", "-o": "--output", "-f": "--follow"}
    for short, long in pairs.items():
        assert (short in flags) == (long in flags), f"{name}: {short} is {long} everywhere"
        assert short not in flags or flags[short] is flags[long]


NO_JSON = {"driftline worker", "driftline config schema"}
"""The one is no answer but a process (its lines are JSON by log_format), the other is JSON anyway."""


@pytest.mark.parametrize(("name", "command"), list(commands()))
def test_every_command_speaks_json(name: str, command: Any) -> None:  # noqa: ANN401
    flags = {flag for one in command.params for flag in one.opts}
    assert ("--json" in flags) == (name not in NO_JSON)


def test_no_help_imports_anything_heavy() -> None:
    names = [name.split()[1:] for name, _ in commands()] + [[], ["baseline"], ["config"], ["dlq"], ["topics"]]
    code = (
        "import contextlib, io, sys\n"
        "from driftline.cli.main import app\n"
        f"for command in {names!r}:\n"
        "    with contextlib.redirect_stdout(io.StringIO()) as out:\n"
        "        app([*command, '--help'], prog_name='driftline', standalone_mode=False)\n"
        "    assert 'Usage: driftline' in out.getvalue(), command\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr


def colours(**environ: str) -> list[str]:
    code = "from driftline.cli.main import main; import sys; sys.argv = ['driftline', 'check']; main()"
    clean = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "FORCE_COLOR"}}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=clean | environ)
    return re.findall(r"\x1b\[[0-9;]*3[0-7]m", done.stdout)


def test_colours_are_for_terminals_and_not_with_no_color() -> None:
    assert not colours()
    assert colours(FORCE_COLOR="1", TERM="xterm")
    assert not colours(FORCE_COLOR="1", TERM="xterm", NO_COLOR="1")


@pytest.mark.parametrize(("typed", "offered"), [("driftline to", {"top", "topics"}), ("driftline dlq re", {"replay"})])
def test_a_shell_completes_commands(typed: str, offered: set[str]) -> None:
    asked = {"_DRIFTLINE_COMPLETE": "complete_bash", "COMP_WORDS": typed, "COMP_CWORD": str(len(typed.split()) - 1)}
    command = [str(Path(sys.executable).parent / "driftline")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **asked})
    assert set(done.stdout.split()) == offered
