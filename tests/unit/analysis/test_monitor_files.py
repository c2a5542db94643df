"""Files of Model Monitor: judged by its rules in every way that rows may come, with its own files as the result."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from driftline.baseline.sagemaker.make import suggest
from driftline.cli.main import app

HEADER = "score,age,income,country"


def lines_of(count: int, seed: int, moved: float = 0.0) -> list[str]:
    rng = random.Random(seed)
    return [
        f"{rng.random():.4f},{rng.randint(18, 80)},"
        f"{'' if rng.random() < 0.02 else format(rng.gauss(100 + moved, 20), '.3f')},{rng.choice(['de', 'fr', 'cn'])}"
        for _ in range(count)
    ]


@pytest.fixture(scope="module")
def baseline(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("monitor")
    (where / "train.csv").write_text("\n".join([HEADER, *lines_of(2000, 1)]))
    suggest(where / "train.csv").write(where)
    return where


def run(baseline: Path, *arguments: object) -> tuple[int, str, str]:
    files = ("--statistics", baseline / "statistics.json", "--constraints", baseline / "constraints.json")
    result = CliRunner().invoke(app, ["analyze", *map(str, files), *map(str, arguments)])
    return result.exit_code, result.stdout, result.stderr


def violations(baseline: Path, out: Path, *arguments: object) -> list[tuple[str, str, str]]:
    code, _, err = run(baseline, *arguments, "--report", out)
    document: dict[str, Any] = json.loads((out / "constraint_violations.json").read_text())
    assert code == bool(document["violations"]), err
    return [(one["feature_name"], one["constraint_check_type"], one["description"]) for one in document["violations"]]


def requests(lines: list[str], rows: int) -> str:
    """As an endpoint captures them: the score is the answer, the rest was asked."""
    found = []
    for start in range(0, len(lines), rows):
        some = [line.partition(",") for line in lines[start : start + rows]]
        sides = {"endpointInput": [came for _, _, came in some], "endpointOutput": [score for score, _, _ in some]}
        capture = {
            side: {
                "observedContentType": "text/csv",
                "mode": side[8:].upper(),
                "data": "\n".join(data),
                "encoding": "CSV",
            }
            for side, data in sides.items()
        }
        metadata = {"eventId": str(start), "inferenceTime": "2024-05-01T12:00:00Z"}
        found.append(json.dumps({"captureData": capture, "eventMetadata": metadata, "eventVersion": "0"}))
    return "\n".join(found)


def test_rows_are_the_same_however_they_come(baseline: Path, tmp_path: Path) -> None:
    lines = lines_of(900, 2, moved=15)
    names = HEADER.split(",")
    (tmp_path / "a.csv").write_text("\n".join([HEADER, *lines]))
    (tmp_path / "b.csv").write_text("\n".join(lines))
    (tmp_path / "c.jsonl").write_text(requests(lines, 1))
    (tmp_path / "d.jsonl").write_text(requests(lines, 7))
    turned = [",".join(reversed(line.split(","))) for line in [HEADER, *lines]]
    (tmp_path / "e.csv").write_text("\n".join(turned))
    values = [dict(zip(names, line.split(","), strict=True)) for line in lines]
    (tmp_path / "f.jsonl").write_text("\n".join(json.dumps(row) for row in values))
    answers = {path.name: violations(baseline, tmp_path / "out", "-i", path) for path in sorted(tmp_path.iterdir())}
    assert answers == dict.fromkeys(answers, answers["a.csv"])
    assert len(answers) == 6
    assert ("income", "baseline_drift_check") in {line[:2] for line in answers["a.csv"]}


def test_the_statistics_are_those_of_the_rows(baseline: Path, tmp_path: Path) -> None:
    lines = lines_of(500, 3)
    (tmp_path / "a.csv").write_text("\n".join([HEADER, *lines]))
    (tmp_path / "b.jsonl").write_text(requests(lines, 7))
    suggest(tmp_path / "a.csv").write(tmp_path / "expected")
    for path in ("a.csv", "b.jsonl"):
        run(baseline, "-i", tmp_path / path, "--report", tmp_path / "out")
        for name in ("statistics.json", "constraints.json"):
            assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "expected" / name).read_bytes(), (path, name)


def test_a_column_less_is_one_violation(baseline: Path, tmp_path: Path) -> None:
    for name, lines in {"head": [HEADER, *lines_of(50, 4)], "bare": lines_of(50, 4)}.items():
        (tmp_path / name).write_text("\n".join(line.partition(",")[2] for line in lines))
        told = violations(baseline, tmp_path / "out", "-i", tmp_path / name)
        assert [line[:2] for line in told] == [("Missing columns", "missing_column_check")]
        assert told[0][2].endswith("in current dataset: 3, Number of columns in baseline constraints: 4")


def test_the_column_of_the_time_is_no_data(baseline: Path, tmp_path: Path) -> None:
    lines = lines_of(300, 7, moved=30.0)
    times = [f"2024-05-01T12:{place // 10:02}:00Z" for place in range(300)]
    pairs = list(zip(times, lines, strict=True))
    (tmp_path / "plain").write_text("\n".join([HEADER, *lines]))
    (tmp_path / "first").write_text("\n".join([f"at,{HEADER}", *(f"{at},{line}" for at, line in pairs)]))
    (tmp_path / "last").write_text("\n".join([f"{HEADER},at", *(f"{line},{at}" for at, line in pairs)]))
    rows = [dict(zip(HEADER.split(","), line.split(","), strict=True)) for line in lines]
    (tmp_path / "json").write_text("\n".join(json.dumps({"at": at} | row) for at, row in zip(times, rows, strict=True)))
    expected = violations(baseline, tmp_path / "out", "-i", tmp_path / "plain")
    assert ("income", "baseline_drift_check") in {line[:2] for line in expected}
    for name in ("first", "last", "json"):
        assert violations(baseline, tmp_path / "out", "-i", tmp_path / name, "--time", "at") == expected, name
        some = ("--time", "at", "--start", "2024-05-01T12:05:00Z", "--end", "2024-05-01T12:10:00Z", "--json")
        _, out, _ = run(baseline, "-i", tmp_path / name, *some)
        assert json.loads(out)["rows"] == 50, name
    for name, words, reason in (("plain", (), "has no such column"), ("last", ("--header", "no"), "has no header")):
        code, _, err = run(baseline, "-i", tmp_path / name, "--time", "at", *words)
        assert (code, reason in err) == (2, True), err


def test_baselines_and_reports_in_a_folder_are_no_data(baseline: Path, tmp_path: Path) -> None:
    (tmp_path / "day").mkdir()
    (tmp_path / "day/a.csv").write_text("\n".join([HEADER, *lines_of(700, 3)]))
    (tmp_path / "constraints.json").write_bytes((baseline / "constraints.json").read_bytes())
    first = run(baseline, "-i", tmp_path, "--report", tmp_path / "out")
    assert "700 rows, windows 1" in first[1], "of how many records is told of captures alone"
    again = run(baseline, "-i", tmp_path, "--report", tmp_path / "out")
    assert again == first
    (tmp_path / "day/b.jsonl").write_text(requests(lines_of(10, 4), 5))
    (tmp_path / "day/c.csv").write_bytes("a,b".encode("utf-16"))
    _, out, _ = run(baseline, "-i", tmp_path)
    assert "710 rows of 4 records, windows 1, refused 1" in out
    assert "1 files refused: unreadable_file" in out


def test_a_time_that_is_none_refuses_its_rows(baseline: Path, tmp_path: Path) -> None:
    lines = lines_of(4, 7)
    times = ["2024-05-01T12:00:00Z", "", "yesterday", "2024-05-01T12:00:00"]
    (tmp_path / "a").write_text("\n".join([f"{HEADER},at", *map(",".join, zip(lines, times, strict=True))]))
    code, out, _ = run(baseline, "-i", tmp_path / "a", "--time", "at")
    assert code in {0, 1}
    assert "1 rows, windows 1, refused 3" in out
    assert "a:4: $.time: must be RFC 3339 with a zone or ms since 1970, got 'yesterday'" in out


def test_files_that_do_not_go_together_are_refused_with_a_reason(baseline: Path, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("\n".join(lines_of(5, 5)))
    other = tmp_path / "constraints.json"
    other.write_text((baseline / "constraints.json").read_text().replace('"age"', '"height"'))
    for files, expected in (
        ((baseline / "constraints.json", baseline / "statistics.json"), "swapped"),
        ((baseline / "statistics.json", other), "height"),
    ):
        words = ["analyze", "--statistics", files[0], "--constraints", files[1], "-i", tmp_path / "a.csv"]
        result = CliRunner().invoke(app, list(map(str, words)))
        assert result.exit_code == 3
        assert expected in result.stderr


def test_one_record_that_is_far_too_large_does_not_stop_the_others(
    baseline: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("driftline.analysis.filejob.MAX_RECORD_BYTES", 100_000)
    good = requests(lines_of(20, 6), 1).splitlines()
    (tmp_path / "a.jsonl").write_text("\n".join([*good[:10], "{" + "x" * 3_000_000 + "}", *good[10:]]))
    code, out, _ = run(baseline, "-i", tmp_path / "a.jsonl")
    assert code in {0, 1}
    assert "20 rows of 20 records" in out
    assert "a.jsonl:11: must have at most 100000 bytes a record, got 3000003: split the request or the file" in out


def test_several_windows_have_files_of_their_own(baseline: Path, tmp_path: Path) -> None:
    lines = requests(lines_of(100, 8), 5).replace("2024-05-01T12:00:00Z", "2024-05-01T13:30:00Z", 10)
    (tmp_path / "a.jsonl").write_text(lines)
    run(baseline, "-i", tmp_path / "a.jsonl", "--window", "1h", "--report", tmp_path / "out")
    for hour in (12, 13):
        document = json.loads((tmp_path / f"out/1h/2024-05-01T{hour}00Z/statistics.json").read_text())
        assert document["dataset"] == {"item_count": 50}
    assert json.loads((tmp_path / "out/statistics.json").read_text())["dataset"] == {"item_count": 100}


def test_a_header_of_other_names_is_no_row(baseline: Path, tmp_path: Path) -> None:
    rows = "\n".join(lines_of(60, 9))
    (tmp_path / "a.csv").write_text("points,years,money,land\n" + rows)
    code, _, err = run(baseline, "-i", tmp_path / "a.csv")
    assert code == 2
    assert "it lacks age, country, income, score and has land, money, points, years" in err
    renamed = violations(baseline, tmp_path / "out", "-i", tmp_path / "a.csv", "--columns", HEADER, "--header", "yes")
    (tmp_path / "b.csv").write_text(rows)
    assert renamed == violations(baseline, tmp_path / "out", "-i", tmp_path / "b.csv")
    text = (baseline / "constraints.json").read_text()
    for place, name in enumerate(HEADER.split(",")):
        text = text.replace(f'"{name}"', f'"_c{place}"')
    (tmp_path / "constraints.json").write_text(text)
    words = ["analyze", "--constraints", str(tmp_path / "constraints.json"), "-i", str(tmp_path / "a.csv"), "--json"]
    assert json.loads(CliRunner().invoke(app, words).stdout)["rows"] == 60
