"""The commands on files: what they print, write, and say when something is wrong."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from driftline.baseline import load
from driftline.cli.baseline import app


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    rows = "".join(f"{i},{i % 5},{'ab'[i % 2]},{i % 3},{'true' if i % 2 else 'false'}\n" for i in range(200))
    path = tmp_path / "data.csv"
    path.write_text("id,items,plan,prediction,new\n" + rows)
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


NAMED = ("--model", "shop", "--version", "1")


def test_create_writes_a_folder_and_says_what_it_inferred(data: Path, tmp_path: Path) -> None:
    done = run("create", data, *NAMED)
    assert done.exit_code == 0
    baseline = load(tmp_path / "baseline-shop-1")
    assert f"baseline {baseline.id} of shop/1: 200 rows of data.csv" in done.stdout
    lines = {line.split()[0]: " ".join(line.split()) for line in done.stdout.splitlines() if line.strip()}
    assert lines["id"] == "id id Integral – by its name, and no value repeats"
    assert lines["items"].startswith("items feature Integral 100.0% 0 … 4, mean 2 ± 1.414")
    assert lines["items"].endswith("0.61 σ")  # 2 Phi^-1((1 + 0.1 + 1.8 sqrt(1200 / 200,000)) / 2)
    assert lines["plan"] == "plan feature String 100.0% a, b 24 points of a share"
    assert lines["prediction"].startswith("prediction prediction Integral 100.0% 0 … 2")
    assert f"wrote {Path('baseline-shop-1') / 'constraints.json'}" in done.stdout


def test_create_prints_json_for_programs(data: Path, tmp_path: Path) -> None:
    done = run("create", data, *NAMED, "-o", "out", "--json", "--effective-from", "2024-05-01T00:00:00Z")
    found = json.loads(done.stdout)
    assert (found["id"], found["rows"], found["topic"]) == (load(tmp_path / "out").id, 200, None)
    assert found["effective_from"] == 1_714_521_600_000
    assert found["columns"][1] == {
        "name": "items",
        "role": "feature",
        "kind": "Integral",
        "completeness": 1.0,
        "distinct": 5,
        "min": 0.0,
        "max": 4.0,
        "mean": 2.0,
        "std": pytest.approx(2**0.5),
    }
    assert found["files"] == ["out/statistics.json", "out/constraints.json"]


@pytest.mark.parametrize("name", ["roles.toml", "roles.json"])
def test_roles_come_from_a_file_and_options_overrule_it(name: str, data: Path, tmp_path: Path) -> None:
    Path(name).write_text(
        'plan = "segment"\nid = "entity"\n' if name.endswith("toml") else '{"plan": "segment", "id": "entity"}'
    )
    assert run("create", data, *NAMED, "--roles", name, "--role", "id=ignore", "-o", "out").exit_code == 0
    roles = {column.name: column.role for column in load(tmp_path / "out").columns}
    assert (roles["plan"], roles["id"]) == ("segment", "ignore")


def test_columns_and_na_words_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("raw.csv").write_text("1;x\n?;-\n3;y\n")
    done = run("create", "raw.csv", *NAMED, "--columns", "n, t", "--na", "?,-", "-o", "out")
    assert done.exit_code == 0
    baseline = load("out")
    assert [(column.name, column.kind, column.statistics.missing) for column in baseline.columns] == [
        ("n", "Integral", 1),
        ("t", "String", 1),
    ]


def test_a_folder_with_a_baseline_is_only_overwritten_by_force(data: Path) -> None:
    assert run("create", data, *NAMED, "-o", "out").exit_code == 0
    refused = run("create", data, *NAMED, "-o", "out")
    assert (refused.exit_code, "--force overwrites it" in refused.stderr) == (2, True)
    assert run("create", data, *NAMED, "-o", "out", "--force").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("create", *NAMED), 2, "name the DATA file, or --from-topic"),
        (("create", "no.csv", *NAMED), 3, "no.csv: can't be read: No such file"),
        (("create", "data.csv", *NAMED, "--role", "plan"), 2, "--role: expected COLUMN=ROLE, got 'plan'"),
        (("create", "data.csv", *NAMED, "--role", "plan=x"), 3, "role of 'plan': expected one of feature, "),
        (("create", "data.csv", *NAMED, "--role", "plam=id"), 3, "did you mean 'plan'?"),
        (("create", "data.csv", *NAMED, "--roles", "no.toml"), 2, "no.toml: can't be read"),
        (("create", "data.csv", *NAMED, "--roles", "data.csv"), 2, "expected TOML or JSON"),
        (("create", "data.csv", *NAMED, "--start", "5"), 2, "--start and --end go with --from-topic"),
        (("create", "data.csv", *NAMED, "--effective-from", "May"), 2, "--effective-from: must be RFC 3339"),
        (("create", "data.csv", *NAMED, "--from-topic", "t"), 2, "do not go with --from-topic"),
        (
            ("create", *NAMED, "--from-topic", "t", "--start", "2024-01-02T00:00:00Z", "--end", "2024-01-01T00:00:00Z"),
            2,
            "before",
        ),
        (("create", "data.csv", "--model", "", "--version", "1"), 3, "model must be a printable name"),
        (("show",), 2, "name either a folder (or Model Monitor's files) or --from-kafka"),
        (("show", "nowhere"), 3, "statistics.json: can't be read"),
    ],
)
def test_what_is_wrong_is_one_line_and_an_exit_code(
    arguments: tuple[str, ...], code: int, message: str, data: Path
) -> None:
    done = run(*arguments)
    assert done.exit_code == code
    assert done.stderr.startswith("driftline: ")
    assert message in done.stderr


def test_show_checks_and_prints_a_folder(data: Path) -> None:
    run("create", data, *NAMED, "-o", "out")
    assert "items" in run("show", "out").stdout
    assert json.loads(run("show", "out", "--json").stdout)["id"] == load("out").id
    path = Path("out/constraints.json")
    path.write_text(path.read_text().replace('"max_drop": 0.05', '"max_drop": 5'))
    broken = run("show", "out")
    assert broken.exit_code == 3
    assert "$.defaults.completeness.max_drop: expected a share from 0 to 1, got 5.0" in broken.stderr


def test_diff_tells_what_was_edited(data: Path) -> None:
    for folder in ("one", "two"):
        run("create", data, *NAMED, "-o", folder)
    assert "no difference" in run("diff", "one", "two").stdout
    path = Path("two/constraints.json")
    path.write_text(path.read_text().replace('"limit": 0.1', '"limit": 0.2'))
    done = run("diff", "one", "two")
    assert (done.exit_code, "limit drift.limit" in done.stdout) == (0, True)
    assert json.loads(run("diff", "one", "two", "--json").stdout)["differences"] == [
        {"column": "", "what": "limit drift.limit", "first": "0.1", "second": "0.2"}
    ]


def test_a_check_that_is_off_is_not_said_to_see_anything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("data.csv").write_text("note,few\n" + "".join(f"n{i},1\n" for i in range(99)) + "n1,1\n")
    done = run("create", "data.csv", *NAMED, "--window-rows", "3")
    lines = {line.split()[0]: line for line in done.stdout.splitlines() if line.strip()}
    assert lines["note"].rstrip().endswith("not judged")
    assert lines["few"].rstrip().endswith("too few rows")


@pytest.mark.parametrize("command", ["create", "show", "diff", "publish", "delete"])
def test_help_is_there(command: str) -> None:
    assert run(command, "--help").exit_code == 0
