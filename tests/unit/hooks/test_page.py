"""What docs/sagemaker.md says of hooks is what happens."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from driftline.cli.main import app
from driftline.config import load_config
from driftline.hooks.checks import load_check
from driftline.judging.own import OwnCheck, own_readings
from driftline.judging.states import State
from support.hooked import request
from support.judged import baseline_of, numeric, profile_of, window_of

PAGE = (Path(__file__).parents[3] / "docs" / "sagemaker.md").read_text()
HOOKS = PAGE[PAGE.index("## Hooks") :].partition("\n## ")[0]


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```", HOOKS, re.DOTALL | re.MULTILINE)


def test_the_script_does_what_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("preprocess.py").write_text(blocks("python")[0])
    people = ({"age": 41, "plan": "free"}, {"age": 12, "plan": "free"}, {"plan": "pro"}, {"age": 5})
    answers = ("0.25", "0.5", "0.75", "1")
    lines = [request(json.dumps({"person": one}), answer) for one, answer in zip(people, answers, strict=True)]
    Path("captures.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    command = blocks("sh")[0].split()
    result = CliRunner().invoke(app, command[1:])
    shown = blocks("text")[0].partition("  …\n")[0]
    assert result.exit_code == 3
    assert result.stdout.splitlines()[: shown.count("\n")] == shown.splitlines()
    assert "record 4" not in result.stdout


def test_the_program_is_run_as_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (program,) = (block for block in blocks("python") if "output_path" in block)
    Path("analyze.py").write_text(program)
    Path("captures").mkdir()
    command, _, shown = blocks("console")[0].removeprefix("$ ").partition("\n")
    words = [sys.executable if word == "python" else word for word in command.split()[1:]]
    result = CliRunner().invoke(app, words)
    assert (result.exit_code, result.stdout) == (1, shown)


def test_the_check_answers_as_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "mychecks.py").write_text(blocks("python")[-1])
    (tmp_path / "driftline.toml").write_text(blocks("toml")[-1])
    (name,) = load_config(tmp_path / "driftline.toml", {}).models["churn"].hooks.checks
    function = load_check(name)
    sys.modules.pop("mychecks")
    baseline = baseline_of(numeric("age", [float(age) for age in range(18, 80)] * 5), rows=310)
    for ages, state in (([5.0, 30.0], State.VIOLATED), ([30.0, 40.0], State.OK), ([None], State.UNKNOWN)):
        window = window_of(baseline, profile_of(baseline, age=ages))
        (reading,) = own_readings(window, [OwnCheck("few_minors", function)])
        assert (reading.feature, reading.check, reading.state) == ("age", "few_minors", state)
