"""The commands of docs/sagemaker.md about files print what the page shows, and write what it shows."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from driftline.cli.main import app

PAGE = Path(__file__).parents[3] / "docs" / "sagemaker.md"
BLOCK = re.compile(r"^## Analysis$.*?^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)


def test_the_page_shows_what_the_commands_print(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    block = BLOCK.search(PAGE.read_text())
    assert block is not None
    parts = re.split(r"^\$ ", block[1], flags=re.MULTILINE)[1:]
    assert len(parts) == 6
    for part in parts:
        command, _, shown = part.partition("\n")
        program, *arguments = shlex.split(command)
        if program != "cat":
            done = CliRunner().invoke(app, arguments)
            assert done.stdout == shown, command
            assert done.exit_code == (1 if "VIOLATED" in shown else 0), done.stderr
        elif (tmp_path / arguments[0]).exists():
            assert (tmp_path / arguments[0]).read_text() == shown.removesuffix("\n"), command
        else:
            (tmp_path / arguments[0]).write_text(shown)


def test_the_page_names_every_option_of_files() -> None:
    section = PAGE.read_text().partition("## Analysis")[2].partition("\n## ")[0]
    done = CliRunner().invoke(app, ["analyze", "--help"], env={"COLUMNS": "200"})
    for option in ("--input", "--format", "--columns", "--header", "--window", "--time", "--verify", "--offsets"):
        assert option in section
        assert option in done.stdout
