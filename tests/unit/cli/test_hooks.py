"""``driftline hooks``, ``check`` and ``analyze`` with code of the user's own."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from driftline.baseline import create, save
from driftline.cli.main import app
from support.hooked import request, script

SOME = """
    def preprocess_handler(record):
        age = int(record.endpoint_input.data.split(",")[0])
        if age == 1:
            return []
        return {"plan": "free", "age": 1 / (age - 2)}
"""
NESTED = """
    import json

    def preprocess_handler(record, logger):
        person = json.loads(record.endpoint_input.data)["person"]
        return [{"age": age, "plan": person["plan"]} for age in person["ages"]]
"""
CHECK = """
    from driftline.judging.states import Reading, State

    def many(window):
        return [Reading("", "", State.VIOLATED, observed=float(window.rows), limit=399.0, n=window.rows)]
"""


def run(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, list(map(str, arguments)))
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def captures(tmp_path: Path) -> Path:
    path = tmp_path / "captures.jsonl"
    path.write_text("\n".join(json.dumps(request(f"{age},x")) for age in range(9)) + "\n")
    return path


def test_try_shows_before_and_after(tmp_path: Path, captures: Path) -> None:
    code, out, _ = run("hooks", "try", script(tmp_path, SOME), "--input", captures, "-n", 3)
    assert code == 3, "a record was refused"
    assert "before    endpointInput CSV: 0,x" in out
    assert 'after     {"age":-0.5,"plan":"free"}' in out
    assert "left out" in out
    assert "refused   ZeroDivisionError: division by zero (preprocess.py:6 in preprocess_handler)" in out
    assert "record 4" not in out


def test_try_for_programs(tmp_path: Path, captures: Path) -> None:
    code, out, _ = run("hooks", "try", script(tmp_path, SOME), "-i", captures, "-n", 3, "--json")
    told = [json.loads(line) for line in out.splitlines()]
    assert code == 3
    assert [one["result"] for one in told] == ["transformed", "dropped", "refused"]
    assert told[0]["rows"] == [{"age": -0.5, "plan": "free"}]
    assert "ZeroDivisionError" in told[2]["trace"]


@pytest.mark.parametrize(
    ("text", "content", "code", "said"),
    [
        ("x = 1", "{}", 3, "must define def preprocess_handler"),
        (SOME, "", 2, "must hold captures, one JSON object a line; it is empty"),
        (SOME, None, 2, "cannot be read: No such file"),
    ],
)
def test_what_cannot_be_tried_is_told(tmp_path: Path, text: str, content: str | None, code: int, said: str) -> None:
    path = tmp_path / "captures.jsonl"
    if content is not None:
        path.write_text(content)
    found, _, err = run("hooks", "try", script(tmp_path, text), "-i", path)
    assert found == code
    assert said in err


def test_a_container_by_hand(tmp_path: Path) -> None:
    program = script(
        tmp_path,
        """
        import json, os, pathlib
        entry = {"feature_name": "age", "constraint_check_type": "mine", "description": os.environ["start_time"]}
        path = pathlib.Path(os.environ["output_path"], "constraint_violations.json")
        path.write_text(json.dumps({"violations": [entry]}))
        """,
        "program.py",
    )
    words = ("--output", tmp_path / "out", "--start", "2026-05-01T00:00Z", "--end", "2026-05-01T01:00Z", "--json")
    code, out, _ = run("hooks", "container", *words, "--", sys.executable, program)
    told = json.loads(out)
    assert code == 1
    assert (told["status"], told["exit_code"]) == ("CompletedWithViolations", 0)
    assert told["violations"][0]["description"] == "2026-05-01T00:00:00Z"
    code, out, _ = run(
        "hooks", "container", *words[:-1], "--", sys.executable, "-c", "import sys; sys.exit('no model')"
    )
    assert code == 3
    assert "Failed: exit code 1" in out
    assert "no model" in out


def test_postprocess_by_hand(tmp_path: Path) -> None:
    text = "import os\ndef postprocess_handler():\n    open(os.environ['output_path'] + '/done', 'w').write('x')"
    assert run("hooks", "postprocess", script(tmp_path, text), "--output", tmp_path)[0] == 0
    assert (tmp_path / "done").exists()
    code, _, err = run("hooks", "postprocess", script(tmp_path, "def postprocess_handler(): 1 / 0"), "-o", tmp_path)
    assert code == 3
    assert "ZeroDivisionError: division by zero (preprocess.py:1 in postprocess_handler)" in err


def test_check_loads_what_the_configuration_names(tmp_path: Path) -> None:
    bad = script(tmp_path, "import nosuchmodule", "bad.py")
    good = script(tmp_path, "def postprocess_handler(): raise SystemExit", "good.py")
    config = tmp_path / "driftline.toml"
    config.write_text(
        f'[models.m.hooks]\npreprocess = "{bad}"\npostprocess = "{good}"\noutput = "x"\n'
        'checks = ["json:dumps", "nosuch:check"]\n'
    )
    code, out, _ = run("check", "-c", config, "--json")
    found = {(one["check"], one["state"]): one["text"] for one in map(json.loads, out.splitlines())}
    assert code == 2
    assert "No module named 'nosuchmodule'" in found["preprocess of m", "fault"]
    assert (str(good), "ok") in found
    assert ("json:dumps", "ok") in found
    assert "the check nosuch:check cannot be loaded" in found["check of m", "fault"]


def test_analyze_runs_scripts_and_checks_over_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nested requests of several people each, which only the script can read; and a script after it."""
    train = tmp_path / "train.jsonl"
    people = [{"age": 20 + n % 50, "plan": "free" if n % 3 else "pro"} for n in range(500)]
    train.write_text("".join(json.dumps(one) + "\n" for one in people))
    save(create(train, model="churn", version="3"), tmp_path / "baseline")
    lines = [
        request(json.dumps({"person": {"ages": [20 + n % 50, 20 + (n + 25) % 50], "plan": people[n]["plan"]}}), None)
        for n in range(200)
    ]
    (tmp_path / "captures.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    after = """
        import json, os

        def postprocess_handler():
            with open("/opt/ml/processing/output/constraint_violations.json") as report:
                found = json.load(report)["violations"]
            with open(os.environ["output_path"] + "/told", "w") as told:
                told.write(str(len(found)))
    """
    words = ("--baseline", tmp_path / "baseline", "--input", tmp_path / "captures.jsonl", "--json")
    scripts = ("--preprocess", script(tmp_path, NESTED), "--postprocess", script(tmp_path, after, "post.py"))
    code, out, err = run("analyze", *words, *scripts, "--report", tmp_path / "out")
    assert code == 0, err
    assert json.loads(out)["rows"] == 400
    assert (tmp_path / "out" / "told").read_text() == "0"
    script(tmp_path, CHECK, "ownrows.py")
    monkeypatch.syspath_prepend(str(tmp_path))
    code, out, err = run("analyze", *words, "--preprocess", tmp_path / "preprocess.py", "--check", "ownrows:many")
    sys.modules.pop("ownrows", None)
    assert code == 1, err
    assert [line["constraint_check_type"] for line in json.loads(out)["violations"]] == ["many"]
    assert run("analyze", *words)[0] == 1, "without the script these are other columns"
    code, _, err = run("analyze", *words, *scripts)
    assert code == 2
    assert "say where they go with --report" in err
