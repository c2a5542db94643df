"""docs/sagemaker.md says of captures what the program does: its table of payloads, and its session."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from driftline.cli.main import app
from driftline.contracts.payload import read_payload

PAGE = (Path(__file__).parents[3] / "docs" / "sagemaker.md").read_text()
SECTION = PAGE[PAGE.index("## Captures") : PAGE.index("## Verdicts")]
PAYLOADS = re.findall(r"^\| `(CSV|JSON|BASE64)` \| `(.*)` \| `(.*)` \|$", SECTION, re.MULTILINE)
(SESSION,) = re.findall(r"^```console\n(.*?)^```", SECTION, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize(("encoding", "data", "rows"), PAYLOADS, ids=[data for _, data, _ in PAYLOADS])
def test_payloads_become_the_rows_that_are_shown(encoding: str, data: str, rows: str) -> None:
    payload = read_payload({"data": data.replace("⏎", "\n"), "encoding": encoding}, "$")
    assert payload.rows == json.loads(rows)


def test_the_table_has_every_encoding() -> None:
    assert {encoding for encoding, _, _ in PAYLOADS} == {"CSV", "JSON", "BASE64"}


def test_the_session_prints_what_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for step in re.split(r"^\$ ", SESSION, flags=re.MULTILINE)[1:]:
        command, _, shown = step.partition("\n")
        program, *arguments = shlex.split(command)
        if program == "cat":
            path = tmp_path / arguments[0]
            path.parent.mkdir(exist_ok=True)
            path.write_text(shown)
            continue
        done = CliRunner().invoke(app, arguments)
        assert done.exit_code == ("VIOLATED" in shown), done.output
        if shown:
            assert done.stdout == shown, command
