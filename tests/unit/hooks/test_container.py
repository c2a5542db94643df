"""Postprocess scripts, and programs under the contract of containers."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from driftline.errors import HookError
from driftline.hooks.container import ContainerResult, ViolationEntry, run_container
from driftline.hooks.contract import RunContract
from driftline.hooks.postprocess import check_postprocess, run_postprocess
from driftline.hooks.process import HookDiedError
from support.hooked import script

HOUR = 3_600_000
PROGRAM = """
    import json, os, sys
    from pathlib import Path

    out = Path(os.environ["output_path"])
    (out / "seen.json").write_text(json.dumps(dict(os.environ)))
    captures = [json.loads(line) for path in Path(os.environ["dataset_source"]).rglob("*.jsonl") for line in path.open()]
    entry = {"feature_name": "age", "constraint_check_type": "own_check", "description": f"{len(captures)} captures"}
    (out / sys.argv[1]).write_text(json.dumps({"violations": [entry]}))
    Path(os.environ["message_path"]).write_text("CompletedWithViolations: Job completed successfully with 1 violations.")
    metric = {"MetricName": "feature_data_age", "Timestamp": "2020-01-01T01:00:00Z", "Value": 3.0,
              "Dimensions": [{"Name": "Endpoint", "Value": "churn"}]}
    Path(os.environ["metrics_path"], "m.jsonl").write_text(json.dumps(metric) + chr(10))
    print("done")
"""


def contract(folder: Path, **other: object) -> RunContract:
    (folder / "data").mkdir(exist_ok=True)
    start = 1_577_836_800_000
    return RunContract("churn", "hourly", start, start + HOUR, folder / "out", folder / "data", **other)


def run(folder: Path, text: str, *words: str, seconds: float = 60.0) -> ContainerResult:
    path = script(folder, text, "program.py")
    return run_container([sys.executable, str(path), *words], contract(folder), seconds=seconds)


@pytest.mark.parametrize("name", ["constraint_violations.json", "constraints_violations.json"])
def test_a_program_finds_the_contract_and_its_reports_are_read(tmp_path: Path, name: str) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.jsonl").write_text('{"a": 1}\n{"a": 2}\n')
    result = run(tmp_path, PROGRAM, name)
    assert (result.exit_code, result.status) == (0, "CompletedWithViolations")
    assert result.message == "CompletedWithViolations: Job completed successfully with 1 violations."
    assert result.violations == (
        ViolationEntry(feature_name="age", constraint_check_type="own_check", description="2 captures"),
    )
    assert [metric["MetricName"] for metric in result.metrics] == ["feature_data_age"]
    assert result.printed == "done\n"
    seen = json.loads((tmp_path / "out" / "seen.json").read_text())
    expected = {
        "dataset_format": '{"sagemakerCaptureJson": {"captureIndexNames": ["endpointInput", "endpointOutput"]}}',
        "dataset_source": str(tmp_path / "data"),
        "output_path": str(tmp_path / "out"),
        "start_time": "2020-01-01T00:00:00Z",
        "end_time": "2020-01-01T01:00:00Z",
        "publish_cloudwatch_metrics": "Enabled",
        "sagemaker_endpoint_name": "churn",
        "sagemaker_monitoring_schedule_name": "hourly",
    }
    assert expected.items() <= seen.items()
    assert "baseline_constraints" not in seen


def test_baselines_and_scripts_are_named_where_there_are_any(tmp_path: Path) -> None:
    named = contract(
        tmp_path,
        constraints=tmp_path / "constraints.json",
        statistics=tmp_path / "statistics.json",
        preprocess=tmp_path / "pre.py",
        postprocess=tmp_path / "post.py",
        format={"csv": {"header": True}},
        metrics=False,
    ).environment()
    assert named["baseline_constraints"] == str(tmp_path / "constraints.json")
    assert named["baseline_statistics"] == str(tmp_path / "statistics.json")
    assert named["record_preprocessor_script"] == str(tmp_path / "pre.py")
    assert named["post_analytics_processor_script"] == str(tmp_path / "post.py")
    assert json.loads(named["dataset_format"]) == {"csv": {"header": True}}
    assert named["publish_cloudwatch_metrics"] == "Disabled"


@pytest.mark.parametrize(
    ("text", "status", "message"),
    [
        ("", "Completed", ""),
        ("raise SystemExit(4)", "Failed", "exit code 4"),
        (
            "import os, sys\nopen(os.environ['message_path'], 'w').write('no model')\nsys.exit(1)",
            "Failed",
            "no model",
        ),
    ],
)
def test_how_a_program_ends(tmp_path: Path, text: str, status: str, message: str) -> None:
    result = run(tmp_path, text)
    assert (result.status, result.message, result.violations) == (status, message, ())


def test_a_program_that_is_slow_is_ended_with_its_children(tmp_path: Path) -> None:
    result = run(
        tmp_path,
        "import subprocess, time\nsubprocess.Popen(['sleep', '600'])\nprint('begun', flush=True)\ntime.sleep(600)",
        seconds=1.0,
    )
    assert (result.exit_code, result.status, result.message) == (None, "Failed", "took longer than 1 s")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("constraint_violations.json:no", r"constraint_violations.json: must be \{\"violations\""),
        ('constraint_violations.json:{"violations": [{}]}', "missing required field `constraint_check_type`"),
        ("ml/metrics/cloudwatch/m:5", "m:1: must be one JSON object a line"),
        (
            'ml/metrics/cloudwatch/m:{"MetricName": "x"}',
            "must have MetricName, and Value or StatisticValues; got MetricName",
        ),
    ],
)
def test_a_report_that_cannot_be_read_is_told(tmp_path: Path, text: str, said: str) -> None:
    name, _, held = text.partition(":")
    program = f"import os, pathlib\npathlib.Path(os.environ['output_path'], {name!r}).write_text({held!r})"
    with pytest.raises(HookError, match=said):
        run(tmp_path, program)


def test_a_program_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(HookError, match="nosuchprogram: cannot be started: No such file"):
        run_container(["nosuchprogram"], contract(tmp_path), seconds=1.0)


def test_a_postprocess_script_runs_once_over_the_reports(tmp_path: Path) -> None:
    """As scripts are seen to do it: by the container's own path, or by the variable."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "constraint_violations.json").write_text('{"violations": []}')
    text = """
        import json, os

        def postprocess_handler():
            with open("/opt/ml/processing/output/constraint_violations.json") as report:
                found = json.load(report)
            with open(os.path.join(os.environ["output_path"], "summary.json"), "a") as summary:
                json.dump([found, os.environ["start_time"]], summary)
    """
    path = script(tmp_path, text, "post.py")
    check_postprocess(path)
    assert not (tmp_path / "out" / "summary.json").exists(), "checking runs nothing"
    run_postprocess(path, contract(tmp_path), seconds=60.0)
    assert json.loads((tmp_path / "out" / "summary.json").read_text()) == [{"violations": []}, "2020-01-01T00:00:00Z"]


@pytest.mark.parametrize(
    ("text", "seconds", "said"),
    [
        (
            "def postprocess_handler():\n    raise ValueError('no bucket')",
            60.0,
            r"ValueError: no bucket \(post.py:2 in",
        ),
        ("import os\ndef postprocess_handler():\n    os._exit(3)", 60.0, "ended with exit code 3"),
        ("import time\ndef postprocess_handler():\n    time.sleep(600)", 1.0, "took longer than 1 s"),
        ("def preprocess_handler(record): pass", 60.0, "must define def postprocess_handler"),
    ],
)
def test_a_postprocess_script_that_fails_is_told(tmp_path: Path, text: str, seconds: float, said: str) -> None:
    with pytest.raises(HookDiedError, match=said):
        run_postprocess(script(tmp_path, text, "post.py"), contract(tmp_path), seconds=seconds)
