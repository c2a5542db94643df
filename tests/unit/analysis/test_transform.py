"""Batch transform's folders: manifests, outputs with their inputs, and what is said when they do not fit."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from driftline.analysis.transform import OUT, Pair, paired
from driftline.cli.main import app
from driftline.errors import BaselineError

IDS = "1f1d57b1-2e6f-488c-8c30-db4e6d7578{:02}"
HEAD = "score,age,plan\n"


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("base")
    rows = "".join(f"0.{n % 10},{20 + n % 50},{'free' if n % 3 else 'paid'}\n" for n in range(300))
    (folder / "train.csv").write_text(HEAD + rows)
    made = ["baseline", "create", str(folder / "train.csv"), "--format", "sagemaker", "-m", "m", "--version", "1"]
    result = CliRunner().invoke(app, [*made, "-o", str(folder / "b")])
    assert result.exit_code == 0, result.output
    return folder / "b"


def analyze(base: Path, *inputs: Path) -> tuple[int, str]:
    files = ["--statistics", base / "statistics.json", "--constraints", base / "constraints.json"]
    named = [part for path in inputs for part in ("-i", path)]
    result = CliRunner().invoke(app, ["analyze", *map(str, (*files, *named))])
    return result.exit_code, result.output


def job(folder: Path, *, rows: int = 60, encoding: str = "CSV", header: bool = False) -> Path:
    """The folders of a transform with data capture: data, and manifests that name it."""
    asked = [{"age": 20 + n % 50, "plan": "free" if n % 3 else "paid"} for n in range(rows)]
    answers = [round(n % 10 / 10, 1) for n in range(rows)]
    told = [IDS.format(n) for n in range(rows)]
    for side, name in (("in", "a.csv"), ("out", f"a.csv{OUT}")):
        (folder / "data" / side).mkdir(parents=True)
        if encoding == "CSV":
            lines = (
                [f"{row['age']},{row['plan']}" for row in asked]
                if side == "in"
                else [f"{answer}, {one},2024-05-01T12:00:00Z" for answer, one in zip(answers, told, strict=True)]
            )
            lines = (["age,plan"] if header and side == "in" else []) + lines
        else:
            documents = (
                asked
                if side == "in"
                else [
                    {"p": answer, "SageMakerInferenceId": one, "SageMakerInferenceTime": "2024-05-01T12:00:00Z"}
                    for answer, one in zip(answers, told, strict=True)
                ]
            )
            lines = [json.dumps(document) for document in documents]
        (folder / "data" / side / name).write_text("\n".join(lines) + "\n")
        manifest = folder / "capture" / f"{side}put" / "2024" / "05" / "01" / "12"
        manifest.mkdir(parents=True)
        (manifest / "m.json").write_text(json.dumps([{"prefix": "s3://bucket/data/"}, f"{side}/{name}"]))
    return folder


@pytest.mark.parametrize("encoding", ["CSV", "JSON"])
@pytest.mark.parametrize("where", ["capture", "data"])
@pytest.mark.parametrize("header", [False, True])
def test_outputs_are_judged_with_their_inputs(
    base: Path, tmp_path: Path, encoding: str, where: str, header: bool
) -> None:
    code, said = analyze(base, job(tmp_path, encoding=encoding, header=header and encoding == "CSV") / where)
    assert code == 0, said
    assert "OK, 60 rows of 60 records" in said


def test_an_output_that_ends_early_is_said(base: Path, tmp_path: Path) -> None:
    output = job(tmp_path) / "data" / "out" / f"a.csv{OUT}"
    output.write_text("".join(output.read_text().splitlines(keepends=True)[:-1]))
    _, said = analyze(base, tmp_path / "data")
    assert "must have a row for each of the input, the output ends before row 60" in said


def test_an_input_is_the_one_beside_or_the_only_one(tmp_path: Path) -> None:
    one, two, out = Path("x/a.csv"), Path("y/a.csv"), Path(f"y/a.csv{OUT}")
    assert paired([one, two, out]) == [one, Pair(out, two)]
    assert paired([one, out]) == [Pair(out, one)]
    assert paired([out]) == [Pair(out, None)]
    (_, _, fault) = paired([one, Path("z/a.csv"), out])
    assert isinstance(fault, BaselineError)
    assert "x/a.csv, z/a.csv" in str(fault)


GOOD = {
    "captureData": {
        "endpointInput": {"data": "41,free", "encoding": "CSV"},
        "endpointOutput": {"data": "0.5", "encoding": "CSV"},
    },
    "eventMetadata": {"eventId": "e", "inferenceTime": "2024-05-01T12:00:00Z"},
}


OTHER = {"data": '{"colour": "red", "size": 3}', "encoding": "JSON"}


def of(came: str) -> dict[str, object]:
    sides = GOOD["captureData"] | {"endpointInput": {"data": came, "encoding": "CSV"}}
    return GOOD | {"captureData": sides}


ODD = {
    "escaped": (json.dumps(json.dumps(GOOD)) + "\n", "it was escaped once too often"),
    "over several lines": (json.dumps(GOOD, indent=2) + "\n" + json.dumps(GOOD, indent=2), "jq -c . may help"),
    "a row too wide": (
        (json.dumps(GOOD) + "\n") * 9 + json.dumps(of("41,free,7")),
        "1 row has another number of columns",
    ),
    "another model's": (
        (json.dumps(GOOD | {"captureData": {"endpointInput": OTHER}}) + "\n") * 9,
        "9 rows: no name is one of the baseline's, such as 'colour'",
    ),
    "moved": ((json.dumps(of("paid,41")) + "\n") * 9, "9 rows: looks shifted by one column from 'age' on"),
}


@pytest.mark.parametrize(("text", "words"), ODD.values(), ids=ODD)
def test_odd_captures_get_an_answer(base: Path, tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "a.jsonl").write_text(text)
    assert words in analyze(base, tmp_path)[1]
