"""``driftline quality baseline``: Model Monitor's and Clarify's files from labelled rows, and a word for every mistake."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from driftline.cli.main import app

ROWS = [("f", 30, 1, 1, 0.9), ("m", 50, 0, 1, 0.6), ("f", 60, 1, 0, 0.2), ("m", 20, 0, 0, 0.1)]
CONFIG = {
    "label": "label",
    "label_values_or_threshold": [1],
    "facet": [{"name_or_index": "sex", "value_or_threshold": ["f"]}],
}


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "data.csv"
    path.write_text("sex,age,label,prediction,probability\n" + "".join(",".join(map(str, row)) + "\n" for row in ROWS))
    (tmp_path / "bias.json").write_text(json.dumps(CONFIG))
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["quality", "baseline", *map(str, arguments)])


ANSWERS = ("--inference-attribute", "prediction", "--ground-truth-attribute", "label")
BINARY = ("--problem-type", "BinaryClassification", *ANSWERS, "--probability-attribute", "probability")


def test_model_quality_writes_statistics_and_constraints(data: Path) -> None:
    done = run(data, *BINARY, "-o", "out")
    assert done.exit_code == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "BinaryClassification: 4 rows"
    assert "  auc                                          0.750000" in lines
    assert lines[-1] == f"written: {Path('out/statistics.json')}, {Path('out/constraints.json')}"
    constraints = json.loads(Path("out/constraints.json").read_text())["binary_classification_constraints"]
    assert constraints["auc"] == {"threshold": 0.75, "comparison_operator": "LessThanThreshold"}
    assert len(constraints) == 11


def test_bias_and_attributions_write_an_analysis(data: Path) -> None:
    done = run(data, "--bias-config", "bias.json", "--inference-attribute", "prediction", "-o", "out", "--json")
    found = json.loads(done.stdout)
    assert (found["kind"], found["rows"], found["files"]) == ("bias", 4, ["out/analysis.json"])
    assert found["metrics"]["DPL sex = f"]["value"] == -1.0
    assert found["metrics"]["CDDL sex = f"]["value"] is None
    Path("shap.csv").write_text("age,income\n1,-4\n-1,2\n")
    done = run("--attributions", "shap.csv", "-o", "shap")
    assert done.stdout.splitlines()[:3] == [
        "attribution: 2 rows",
        "  age label0                                   1.000000",
        "  income label0                                3.000000",
    ]
    analysis = json.loads(Path("shap/analysis.json").read_text())
    assert analysis["explanations"]["kernel_shap"]["label0"]["global_shap_values"] == {"age": 1.0, "income": 3.0}


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ((), 2, "say what to make: --problem-type, --bias-config or --attributions"),
        (("--problem-type", "Binary"), 2, "--problem-type must be one of BinaryClassification, Multiclass"),
        (("--problem-type", "Regression", "--bias-config", "bias.json"), 2, "are different runs: name one of them"),
        (("--problem-type", "Regression"), 2, "Regression needs --inference-attribute"),
        (
            ("--problem-type", "Regression", *ANSWERS[:2], "--ground-truth-attribute", "y"),
            2,
            "no row has 'y'; the rows have sex",
        ),
        (("--bias-config", "absent.json"), 3, "absent.json: can't be read: No such file"),
        (("--bias-config", "data.csv"), 3, "data.csv: not JSON"),
        (
            ("--attributions", "data.csv", "--aggregation", "max"),
            2,
            "--aggregation must be one of mean_abs, median, mean_sq",
        ),
        (("--attributions", "data.csv"), 2, "column sex has no number in 4 rows"),
        ((*BINARY, "--header", "maybe"), 2, "--header must be yes, no or auto, got 'maybe'"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(data: Path, arguments: tuple, code: int, message: str) -> None:
    done = run(data, *arguments)
    assert done.exit_code == code
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_the_help_imports_nothing_heavy_and_shows_examples() -> None:
    done = run("--help")
    assert done.exit_code == 0
    assert "driftline quality baseline labelled.csv" in done.stdout


def analyze(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["analyze", *map(str, arguments)])


def test_analyze_judges_labelled_rows_and_says_so_with_its_exit_code(data: Path) -> None:
    run(data, *BINARY, "-o", "out")
    held = ("--constraints", "out/constraints.json", *BINARY)
    same = analyze("--input", data, *held)
    assert (same.exit_code, same.stdout.splitlines()[0]) == (0, "BinaryClassification: OK, 4 rows")
    Path("worse.csv").write_text(data.read_text().replace("f,30,1,1,0.9", "f,30,1,0,0.05"))
    worse = analyze("--input", "worse.csv", *held, "--report", "report", "--json")
    assert worse.exit_code == 1
    found = json.loads(worse.stdout)
    assert found["state"] == "VIOLATED"
    assert found["violations"] == json.loads(Path("report/constraint_violations.json").read_text())["violations"]
    assert found["files"] == [f"report/{name}.json" for name in ("statistics", "constraints", "constraint_violations")]
    assert Path("report/constraints.json").read_bytes() == Path("out/constraints.json").read_bytes()


def test_analyze_without_a_baseline_or_with_anothers_says_what_to_do(data: Path) -> None:
    done = analyze("--input", data, *BINARY)
    assert done.exit_code == 2
    assert "name the baseline with --constraints" in done.stderr
    Path("other.json").write_text('{"version": 0.0, "features": [], "monitoring_config": {}}')
    done = analyze("--input", data, *BINARY, "--constraints", "other.json")
    assert done.exit_code == 3
    assert "other.json: expected binary_classification_constraints" in done.stderr
    done = analyze(*BINARY, "--constraints", "other.json")
    assert done.exit_code == 2
    assert "--input would name files" in done.stderr


def test_a_range_without_rows_is_unknown_and_no_failure(data: Path) -> None:
    run(data, *BINARY, "-o", "out")
    capture = '{"captureData":{"endpointOutput":{"data":"1,0.9","encoding":"CSV"}},"eventMetadata":{"eventId":"a"}}\n'
    Path("captures.jsonl").write_text(capture)
    attributes = ("--inference-attribute", "0", "--probability-attribute", "1")
    held = ("--problem-type", "BinaryClassification", *attributes, "--constraints", "out/constraints.json")
    done = analyze("--input", "captures.jsonl", *held)
    assert done.exit_code == 0
    assert done.stdout.splitlines() == [
        "BinaryClassification: UNKNOWN, no rows",
        "  unknown: no row has both a ground truth and a prediction",
        "1 captures have no ground truth",
        *(line for line in done.stdout.splitlines() if line.endswith("not defined")),
    ]
    Path("truth.jsonl").write_text(
        '{"groundTruthData":{"data":"1","encoding":"CSV"},"eventMetadata":{"eventId":"a"}}\n'
    )
    joined = analyze("--input", "captures.jsonl", "--ground-truth", "truth.jsonl", *held)
    assert joined.stdout.splitlines()[0] == "BinaryClassification: OK, 1 rows"


def test_a_postprocess_script_reads_the_reports_of_this_run_too(data: Path, tmp_path: Path) -> None:
    run(data, *BINARY, "-o", "out")
    script = tmp_path / "post.py"
    script.write_text(
        "import os, pathlib\n"
        "def postprocess_handler():\n"
        "    folder = pathlib.Path(os.environ['output_path'])\n"
        "    (folder / 'seen.txt').write_text(' '.join(sorted(path.name for path in folder.iterdir())))\n"
    )
    held = ("--input", data, *BINARY, "--constraints", "out/constraints.json", "--postprocess", script)
    done = analyze(*held, "--report", "report")
    assert done.exit_code == 0, done.stderr
    assert Path("report/seen.txt").read_text() == "constraint_violations.json constraints.json statistics.json"
    assert analyze(*held).exit_code == 2
    refused = analyze("--input", data, *BINARY, "--constraints", "out/constraints.json", "--preprocess", script)
    assert (refused.exit_code, "--preprocess does not go with" in refused.stderr) == (2, True)
