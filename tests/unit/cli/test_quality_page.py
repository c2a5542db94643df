"""The commands of docs/sagemaker.md about labelled rows print what the page shows, and write what it shows."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from driftline.cli.main import app

PAGE = Path(__file__).parents[3] / "docs" / "sagemaker.md"
SECTION = re.compile(r"^## Model quality, bias and attribution$.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
BLOCK = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)


def sessions() -> list[list[tuple[str, str]]]:
    """Each block of the section: commands, with what is printed below them."""
    section = SECTION.search(PAGE.read_text())
    assert section is not None
    found = []
    for block in BLOCK.findall(section[0]):
        parts = re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
        found.append([(part.split("\n", 1)[0], part.split("\n", 1)[1]) for part in parts])
    return found


def test_the_page_has_a_session_of_each_kind() -> None:
    assert len(sessions()) == 3


@pytest.mark.parametrize("session", sessions(), ids=lambda session: session[0][0])
def test_the_page_shows_what_the_commands_print(
    session: list[tuple[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for command, shown in session:
        program, *arguments = shlex.split(command)
        if program == "cat":
            path = tmp_path / arguments[0]
            if path.exists():
                assert path.read_text() == shown.removesuffix("\n"), command
            else:
                path.write_text(shown)
            continue
        done = CliRunner().invoke(app, arguments)
        assert done.stdout == shown, command
        assert done.exit_code == (1 if "VIOLATED" in shown else 0), done.stderr


def test_the_page_shows_python_that_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    section = SECTION.search(PAGE.read_text())
    assert section is not None
    (code,) = re.findall(r"^```python\n(.*?)^```", section[0], flags=re.MULTILINE | re.DOTALL)
    shown = dict(command for session in sessions() for command in session)
    (tmp_path / "merged.jsonl").write_text(shown["cat merged.jsonl"])
    exec(compile(code, str(PAGE), "exec"), {})  # noqa: S102 - our own page
    assert capsys.readouterr().out == re.findall(r"# (.*)$", code, flags=re.MULTILINE)[0] + "\n"
