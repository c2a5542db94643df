"""What docs/sagemaker.md shows of schedules is what the commands print, and its table of expressions is true."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from driftline.cli.main import app
from driftline.schedules.cadence import NOW, parse_cadence

PAGE = (Path(__file__).parents[3] / "docs" / "sagemaker.md").read_text()
SECTION = re.findall(r"^## Schedules$.*?(?=^## )", PAGE, re.MULTILINE | re.DOTALL)[0]
HOME = "/home/you"


def commands() -> list[tuple[str, str]]:
    """What is typed, and what is printed below it."""
    (block,) = re.findall(r"^```console\n(.*?)^```", SECTION, re.MULTILINE | re.DOTALL)
    parts = re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
    return [(typed, shown) for typed, _, shown in (part.partition("\n") for part in parts)]


def test_the_commands_print_what_the_page_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for typed, shown in commands():
        program, *arguments = shlex.split(typed)
        path = tmp_path / arguments[0]
        if program == "cat" and not path.exists():
            path.write_text(shown)
        elif program == "cat":
            assert path.read_text() == shown.removesuffix("\n"), typed
        else:
            done = CliRunner().invoke(app, arguments)
            assert done.stdout.replace(str(tmp_path), HOME) == shown, typed
            assert done.exit_code == (1 if "WithViolations" in shown else 0), done.stderr


def test_the_table_of_expressions_is_true() -> None:
    rows = re.findall(r"^\| (`(?:cron|rate|NOW).*?`) \| (.*?) \|", SECTION, re.MULTILINE)
    assert len(rows) == 8
    for expressions, windows in rows:
        for expression in re.findall(r"`(.*?)`", expressions):
            if expression != NOW:
                assert f"`{parse_cadence(expression).label}`" == windows


def test_every_command_of_the_section_is_one() -> None:
    for typed in re.findall(r"^driftline (.*?)(?:  +#.*)?$", SECTION, re.MULTILINE):
        group, command, *_ = shlex.split(typed)
        assert CliRunner().invoke(app, [group, command, "--help"]).exit_code == 0, typed
