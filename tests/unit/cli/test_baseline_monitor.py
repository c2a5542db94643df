"""Baseline commands on the files of Model Monitor: made, shown, compared, checked, and named before they are published."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from driftline.cli.main import app
from support.monitor_files import constraints, statistics, written


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def rows_of(done: Result) -> dict[str, str]:
    return {line.split()[0]: " ".join(line.split()) for line in done.stdout.splitlines() if line.strip()}


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    rows = "".join(f"{i % 40},{i / 7},{'ab'[i % 2]},{'x' if i == 5 else i % 3}\n" for i in range(500))
    (tmp_path / "data.csv").write_text("age,amount,plan,mixed\n" + rows)
    return tmp_path / "data.csv"


def test_create_writes_model_monitors_files_and_says_what_is_odd(data: Path, tmp_path: Path) -> None:
    done = run("baseline", "create", data, "-m", "shop", "--version", "1", "--format", "sagemaker")
    assert done.exit_code == 0
    assert "judged as SageMaker Model Monitor would" in done.stdout
    rows = rows_of(done)
    assert rows["age"] == "age feature Integral 100.0% 0 … 39, mean 19.1 ± 11.54 distance 0.20"
    assert rows["plan"] == "plan feature String 100.0% a, b distance 0.20"
    assert "note: mixed: String, as Model Monitor types it, for 1 of 500 values are no numbers" in done.stdout
    told = json.loads((tmp_path / "baseline-shop-1" / "statistics.json").read_text())
    assert told["dataset"] == {"item_count": 500}
    assert [f["inferred_type"] for f in told["features"]] == ["Integral", "Fractional", "String", "String"]
    assert run("baseline", "create", data, "-m", "shop", "--version", "1", "--format", "sagemaker").exit_code == 2


def test_what_goes_with_no_file_of_theirs_is_refused(data: Path) -> None:
    named = ("baseline", "create", data, "-m", "shop", "--version", "1")
    done = run(*named, "--format", "sagemaker", "--role", "age=id")
    assert (done.exit_code, done.stderr.strip()) == (
        2,
        "driftline: --role and --roles do not go with --format sagemaker: its files know no roles, all are features",
    )
    assert "--format: expected driftline or sagemaker, got 'json'" in run(*named, "--format", "json").stderr


def test_show_takes_a_folder_or_the_files_by_name(tmp_path: Path) -> None:
    folder = written(tmp_path)
    (folder / "statistics.json").rename(folder / "s.json")
    (folder / "constraints.json").rename(folder / "c.json")
    done = run("baseline", "show", "--statistics", folder / "s.json", "--constraints", folder / "c.json", "--json")
    found = json.loads(done.stdout)
    assert (found["judged_as"], found["rows"], found["model"]) == ("sagemaker", 6, "model")
    assert [column["name"] for column in found["columns"]] == ["age", "plan", "gone"]
    done = run("baseline", "show", folder / "c.json")
    assert done.exit_code == 0
    assert rows_of(done)["age"] == "age feature Integral – no distribution to compare with"
    assert "note: there are no statistics: drift can't be told" in done.stdout
    assert run("baseline", "show", folder / "c.json", "--statistics", folder / "s.json").exit_code == 2


def test_diff_tells_rules_apart(tmp_path: Path) -> None:
    limits = constraints()
    limits["monitoring_config"]["distribution_constraints"]["comparison_method"] = "Simple"
    limits["features"][0]["completeness"] = 0.5
    done = run("baseline", "diff", written(tmp_path / "a"), written(tmp_path / "b", statistics(), limits), "--json")
    found = {(d["column"], d["what"]): (d["first"], d["second"]) for d in json.loads(done.stdout)["differences"]}
    assert found["", "limit comparison_method"] == ("Robust", "Simple")
    assert found["age", "limit completeness"] == ("0.8", "0.5")


def test_publish_wants_to_know_whose_files_they_are(tmp_path: Path) -> None:
    folder = written(tmp_path)
    for arguments in ((folder,), ("--statistics", folder / "statistics.json"), (folder, "--model", "m")):
        done = run("baseline", "publish", *arguments, "-b", "127.0.0.1:1")
        assert done.exit_code == 2
        assert "the files of Model Monitor do not say whose they are: name --model and --version" in done.stderr


def test_check_reads_both_files_and_warns(tmp_path: Path) -> None:
    told = statistics()
    del told["features"][0]["numerical_statistics"]["distribution"]
    folder = written(tmp_path, told)
    for arguments in (
        (folder,),
        ("--statistics", folder / "statistics.json", "--constraints", folder / "constraints.json"),
    ):
        done = run("check", *arguments, "--json")
        *_, fine, warned = [json.loads(line) for line in done.stdout.splitlines()]
        assert (fine["state"], warned["state"], done.exit_code) == ("ok", "warning", 0)
        assert warned["text"] == "age: the statistics have no sketch: its drift can't be told"
    (folder / "statistics.json").write_bytes(b'{"dataset": {')
    done = run("check", folder)
    assert done.exit_code == 2
    assert "the file was cut off, copy it again" in done.stdout
