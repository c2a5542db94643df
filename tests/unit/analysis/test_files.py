"""`driftline analyze` over files: every format says the same, and what can't be read is told with where and what to do."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from driftline.baseline import create, save
from driftline.cli.main import app

Row = dict[str, Any]
NAMES = ["age", "income", "plan", "active"]


def rows_of(count: int, seed: int, moved: float = 0.0) -> list[Row]:
    rng = random.Random(seed)
    return [
        {
            "age": rng.randint(18, 80),
            "income": None if rng.random() < 0.05 else round(rng.gauss(50_000 + moved, 9_000), 2),
            "plan": rng.choice(["free", "paid"]),
            "active": rng.random() < 0.7,
        }
        for _ in range(count)
    ]


def as_csv(rows: list[Row], *, header: bool = True, delimiter: str = ",", names: list[str] = NAMES) -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    if header:
        writer.writerow(names)
    writer.writerows([_cell(row.get(name)) for name in names] for row in rows)
    return text.getvalue()


def _cell(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("base")
    (where / "train.csv").write_text(as_csv(rows_of(3000, 1)))
    save(create(where / "train.csv", model="churn", version="1"), where / "baseline")
    return where / "baseline"


def run(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["analyze", *map(str, arguments)])
    return result.exit_code, result.stdout, result.stderr


def told(folder: Path, *arguments: object) -> dict[str, Any]:
    code, out, err = run("--baseline", folder, "--json", *arguments)
    assert code in {0, 1}, err
    found: dict[str, Any] = json.loads(out)
    assert (code == 1) == (found["state"] == "VIOLATED")
    return found


def what(found: dict[str, Any]) -> tuple[object, ...]:
    return found["rows"], found["state"], found["violations"]


def test_every_format_says_the_same(folder: Path, tmp_path: Path) -> None:
    rows = rows_of(600, 2, moved=20_000)
    (tmp_path / "a.csv").write_text(as_csv(rows))
    (tmp_path / "b.csv").write_text("\ufeff" + as_csv(rows, delimiter=";", names=NAMES[::-1]))
    (tmp_path / "c.csv").write_text(as_csv(rows, header=False))
    (tmp_path / "d.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    with gzip.open(tmp_path / "e.jsonl.gz", "wt") as packed:
        packed.write((tmp_path / "d.jsonl").read_text())
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "f.parquet")
    native = [{"time": 1_714_564_800_000, "model": "churn", "version": "1", "features": row} for row in rows]
    (tmp_path / "g.jsonl").write_text("".join(json.dumps(row) + "\n" for row in native))
    answers = [what(told(folder, "-i", path)) for path in sorted(tmp_path.iterdir())]
    assert len(answers) == 7
    assert answers == [answers[0]] * 7
    assert answers[0][0] == 600
    assert [line["feature_name"] for line in answers[0][2]] == ["income"]


def captures(rows: list[Row], start: int = 1_714_564_800) -> str:
    lines = []
    for place, row in enumerate(rows):
        at = start + place
        time = f"2024-05-01T{12 + place // 3600:02}:{place // 60 % 60:02}:{place % 60:02}Z"
        data = as_csv([row], header=False)
        side = {"observedContentType": "text/csv", "mode": "INPUT", "data": data, "encoding": "CSV"}
        document = {
            "captureData": {"endpointInput": side},
            "eventMetadata": {"eventId": str(at), "inferenceTime": time},
            "eventVersion": "0",
        }
        lines.append(json.dumps(document) + "\n")
    return "".join(lines)


def test_captures_in_folders_by_their_own_time(folder: Path, tmp_path: Path) -> None:
    lines = captures(rows_of(7200, 3)).splitlines(keepends=True)
    for hour in (12, 13):
        place = tmp_path / f"endpoint/AllTraffic/2024/05/01/{hour}"
        place.mkdir(parents=True)
        (place / "00-00-000.jsonl").write_text("".join(lines[(hour - 12) * 3600 : (hour - 11) * 3600]))
    (tmp_path / "_SUCCESS").write_text("x")
    whole = told(folder, "-i", tmp_path)
    assert (whole["rows"], whole["state"], len(whole["windows"])) == (7200, "OK", 1)
    assert [whole["start"], whole["end"]] == [1_714_564_800_000, 1_714_572_000_000]
    part = told(folder, "-i", tmp_path, "--start", "2024-05-01T12:30Z", "--end", "2024-05-01T13:00Z")
    assert (part["rows"], part["notes"]) == (1800, ["5400 rows lie outside the range and are left out"])
    hours = told(folder, "-i", tmp_path, "--window", "30m")
    assert [window["rows"] for window in hours["windows"]] == [1800] * 4


def test_the_order_and_the_cut_of_files_change_nothing(folder: Path, tmp_path: Path) -> None:
    lines = captures(rows_of(2000, 4, moved=30_000)).splitlines(keepends=True)
    (tmp_path / "one.jsonl").write_text("".join(lines))
    random.Random(0).shuffle(lines)
    (tmp_path / "b.jsonl").write_text("".join(lines[:700]))
    (tmp_path / "a.jsonl").write_text("".join(lines[700:]))
    once, cut = (
        told(folder, "-i", tmp_path / "one.jsonl"),
        told(folder, "-i", tmp_path / "b.jsonl", "-i", tmp_path / "a.jsonl"),
    )
    assert what(once) == what(cut)
    assert once["state"] == "VIOLATED"


def test_an_empty_range_is_unknown_and_no_failure(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(captures(rows_of(100, 5)))
    code, out, _ = run("--baseline", folder, "-i", tmp_path, "--start", "-PT1H", "--end", "-PT0H")
    assert code == 0
    assert out.startswith("churn/1: UNKNOWN, 0 rows of 100 records")
    assert "there are no rows of " in out
    assert "unknown: no traffic" in out


def test_reports(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(as_csv(rows_of(600, 6, moved=20_000)))
    code, out, _ = run("--baseline", folder, "-i", tmp_path / "a.csv", "--report", tmp_path / "out")
    assert code == 1
    document = json.loads((tmp_path / "out/constraint_violations.json").read_text())
    assert [entry["feature_name"] for entry in document["violations"]] == ["income"]
    (event,) = (tmp_path / "out/violations.jsonl").read_text().splitlines()
    assert json.loads(event)["reproduce"].startswith(f"driftline analyze --baseline {folder} --input ")
    assert "income" in (tmp_path / "out/report.html").read_text()
    assert "written: " in out


HOSTILE = {
    "broken.jsonl": (b'{"age": 1}\n{"age": 1', "broken.jsonl:2: $: must be JSON in UTF-8, got 9 bytes"),
    "truncated.jsonl": (captures(rows_of(50, 7))[:-200].encode(), "truncated.jsonl:50: "),
    "latin.csv": ("age,income,plan,active\n1,2,frée,true\n".encode("latin-1"), "is not UTF-8"),
    "wide.jsonl": (captures(rows_of(5, 7)).encode("utf-16"), "must be UTF-8, this is UTF-16"),
    "bare.jsonl": (captures(rows_of(5, 7)).encode("utf-16-le"), "must be UTF-8, this is UTF-16"),
    "image.png": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "this is no text"),
    "twice.csv": (b"age,age,plan,active\n1,2,a,true\n", "its header names columns twice: age"),
    "array.json": (b'[{"age": 1}]', "must have one JSON object a line"),
    "other.csv": (b"a,b\n1,2\n", "its columns are not the baseline's"),
    "empty.csv": (b"", "the file is empty"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_cannot_be_read_says_where_and_what_to_do(folder: Path, tmp_path: Path, name: str) -> None:
    content, expected = HOSTILE[name]
    (tmp_path / name).write_bytes(content)
    code, out, err = run("--baseline", folder, "-i", tmp_path / name)
    assert code in {0, 2, 3}
    assert expected in out + err
    assert "Traceback" not in out + err


def test_files_of_which_nothing_can_be_read_are_a_failure(folder: Path, tmp_path: Path) -> None:
    good, broken = captures(rows_of(40, 5)), '{"captureData": \n' * 7
    (tmp_path / "broken.jsonl").write_text(broken)
    given = ("--baseline", folder, "-i", tmp_path / "broken.jsonl")
    code, out, _ = run(*given, "--report", tmp_path / "out")
    assert (code, out.splitlines()[0]) == (3, "churn/1: UNKNOWN, 0 rows of 7 records, windows 0, refused 7")
    assert "not one record could be read" in out
    assert not (tmp_path / "out/constraint_violations.json").exists(), "an empty list would say that all is fine"
    (tmp_path / "good.jsonl").write_text(good)
    assert run(*given, tmp_path / "good.jsonl")[0] == 0
    code, out, _ = run(*given, tmp_path / "good.jsonl", "--start", "-PT1H")
    assert code == 0, "rows of another time can be read"
    assert "there are no rows of " in out


@pytest.mark.parametrize("content", [b"", b'{"captureData": \n'])
def test_a_run_that_fails_leaves_no_verdict_of_an_earlier_one(folder: Path, tmp_path: Path, content: bytes) -> None:
    out, given = tmp_path / "out", tmp_path / "a.jsonl"
    given.write_text(captures(rows_of(40, 5)))
    assert run("--baseline", folder, "-i", given, "--report", out)[0] == 0
    assert (out / "constraint_violations.json").exists()
    given.write_bytes(content)
    assert run("--baseline", folder, "-i", given, "--report", out)[0] == 3
    assert not (out / "constraint_violations.json").exists()


def test_reports_cannot_go_into_a_file(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(captures(rows_of(40, 5)))
    code, _, err = run("--baseline", folder, "-i", tmp_path / "a.jsonl", "--report", tmp_path / "a.jsonl")
    assert code in {2, 3}
    assert "must be a folder, and is a file" in err


def test_a_reader_that_stops_changes_no_exit_code(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(as_csv(rows_of(600, 6, moved=20_000)))
    words = ("analyze", "--baseline", folder, "-i", tmp_path / "a.csv")
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as closed:
        ended = subprocess.run(
            [sys.executable, "-m", "driftline", *map(str, words)], stdout=closed, stderr=subprocess.PIPE, check=False
        )
    assert (ended.returncode, ended.stderr) == (1, b"")
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "driftline", *map(str, words)], stdout=full, stderr=subprocess.PIPE, check=False
        )
    told = b"driftline: the answer cannot be written: No space left on device\n"
    assert (ended.returncode, ended.stderr) == (3, told)


def test_a_folder_without_files_is_told(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "_SUCCESS").write_text("{}")
    code, _, err = run("--baseline", folder, "-i", tmp_path)
    assert code == 3
    assert f"{tmp_path}: there is nothing to read" in err
    assert run("--baseline", folder, "-i", tmp_path, "--start", "-PT1H")[0] == 0, "nothing has come yet"


def test_addresses_of_a_store_are_told(folder: Path) -> None:
    code, _, err = run("--baseline", folder, "-i", "s3://bucket/captures")
    assert code == 2
    assert "copy them first" in err


def test_a_column_of_times(folder: Path, tmp_path: Path) -> None:
    rows = rows_of(60, 11)
    times = [1_714_564_800_000 + 60_000 * (place // 2) for place in range(60)]
    head, *lines = as_csv(rows).splitlines()
    (tmp_path / "a.csv").write_text(
        "\n".join([f"at,{head}", *(f"{at},{line}" for at, line in zip(times, lines, strict=True))])
    )
    timed = [{**row, "at": at} for row, at in zip(rows, times, strict=True)]
    (tmp_path / "b.jsonl").write_text("".join(json.dumps(row) + "\n" for row in timed))
    asked = ("--time", "at", "--start", "2024-05-01T12:10:00Z", "--end", "2024-05-01T12:20:00Z")
    for name in ("a.csv", "b.jsonl"):
        found = told(folder, "-i", tmp_path / name, *asked)
        assert (found["rows"], found["violations"]) == (20, []), "it is no column too many"
    code, _, err = run("--baseline", folder, "-i", tmp_path / "a.csv", "--time", "when")
    assert (code, "has no such column, it has at, " in err) == (2, True)


def test_one_bad_file_does_not_stop_the_others(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "good.csv").write_text(as_csv(rows_of(300, 8)))
    (tmp_path / "wide.csv").write_bytes(as_csv(rows_of(5, 7)).encode("utf-16"))
    found = told(folder, "-i", tmp_path)
    assert (found["rows"], found["refused"]) == (300, {"unreadable_file": 1})


def test_a_header_of_another_model_is_refused_by_name(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("colour,size\nred,1\n")
    code, _, err = run("--baseline", folder, "-i", tmp_path / "a.csv", "--header", "yes")
    assert code == 2
    assert "its columns are not the baseline's: it lacks active, age, income, plan and has colour, size" in err


def test_a_manifest_names_its_files(folder: Path, tmp_path: Path) -> None:
    place = tmp_path / "captured/input/2024/05/01/12"
    place.mkdir(parents=True)
    (tmp_path / "batch").mkdir()
    (tmp_path / "batch/part.csv").write_text(as_csv(rows_of(300, 9), header=False))
    (place / "one.json").write_text('[{"prefix": "s3://bucket/batch/"}, "part.csv", "gone.csv"]')
    found = told(folder, "-i", tmp_path / "captured")
    assert (found["rows"], found["refused"]) == (300, {"unreadable_file": 1})


def test_wrong_words_are_usage_errors(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(as_csv(rows_of(3, 1)))
    given = ("-i", tmp_path / "a.csv")
    for words, expected in (
        ((*given,), "name the baseline"),
        (("--baseline", folder, *given, "--format", "xml"), "--format must be one of capture, json, csv, parquet"),
        (("--baseline", folder, *given, "--header", "maybe"), "--header must be yes, no or auto"),
        (("--baseline", folder, *given, "--columns", "a,b"), "--columns names 2 columns"),
        (("--baseline", folder, "-i", tmp_path / "none"), "there is no such file or folder"),
        (("--baseline", folder, *given, "--window", "7"), "duration must be"),
        (("--baseline", folder, *given, "--start", "soon"), "--start must be a duration from now"),
    ):
        code, out, err = run(*words)
        assert (code, out) == (2, ""), words
        assert expected in err
