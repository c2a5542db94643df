"""Labelled rows out of files: the same rows from every format, and a word about everything that was left out."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from driftline.analysis.labelled import LabelledFiles, read_labelled, rows_of_table
from driftline.analysis.moments import Span
from driftline.analysis.tables import Columns
from driftline.errors import BaselineError, ConfigError
from driftline.quality.problem import Problem
from driftline.quality.samples import Cells, sample_of

ROWS = [(1, 1, 0.9), (0, 1, 0.6), (1, 0, 0.2), (0, 0, 0.1)]
AT = 1_795_240_800_000  # 2026-11-21T06:00:00Z


def capture(place: int, answer: str, truth: str | None) -> str:
    record: dict = {
        "captureData": {
            "endpointInput": {"data": f"{place},x", "encoding": "CSV"},
            "endpointOutput": {"data": answer, "encoding": "CSV"},
        },
        "eventMetadata": {"eventId": f"id{place}", "inferenceTime": "2026-11-21T06:00:00Z"},
        "eventVersion": "0",
    }
    if truth is not None:
        record["groundTruthData"] = {"data": truth, "encoding": "CSV"}
    return json.dumps(record)


def truth_of(place: int, value: object) -> str:
    record = {"groundTruthData": {"data": str(value), "encoding": "CSV"}, "eventMetadata": {"eventId": f"id{place}"}}
    return json.dumps(record)


def write(folder: Path, kind: str) -> LabelledFiles:
    path = folder / kind
    names = ("label", "prediction", "probability")
    if kind == "csv":
        path.write_text("label,prediction,probability\n" + "".join(f"{t},{p},{s}\n" for t, p, s in ROWS))
    elif kind == "headless":
        path.write_text("".join(f"{t},{p},{s}\n" for t, p, s in ROWS))
        return LabelledFiles([path], columns=Columns(names))
    elif kind == "json":
        path.write_text("".join(json.dumps(dict(zip(names, row, strict=True))) + "\n" for row in ROWS))
    elif kind == "parquet":
        pq.write_table(pa.table(dict(zip(names, zip(*ROWS, strict=True), strict=True))), path)
    elif kind == "merged":
        path.write_text("".join(capture(i, f"{p},{s}", str(t)) + "\n" for i, (t, p, s) in enumerate(ROWS)))
    else:
        (folder / "2026/11/21/06").mkdir(parents=True)
        (folder / "2026/11/21/06/a.jsonl").write_text(
            "".join(capture(i, f"{p},{s}", None) + "\n" for i, (_, p, s) in enumerate(ROWS))
        )
        path.write_text("".join(truth_of(i, t) + "\n" for i, (t, _, _) in enumerate(ROWS)))
        return LabelledFiles([folder / "2026"], [path])
    return LabelledFiles([path])


@pytest.mark.parametrize("kind", ["csv", "headless", "json", "parquet", "merged", "joined"])
def test_every_format_gives_the_same_sample(tmp_path: Path, kind: str) -> None:
    rows = read_labelled(write(tmp_path, kind)).rows
    records = kind in {"merged", "joined"}
    cells = [list(row.outputs) if records else list(row.outputs.values())[1:] for row in rows]
    truth = [row.truth[0] if records else row.truth["label"] for row in rows]
    sample = sample_of(Problem.BINARY, Cells(truth, [cell[0] for cell in cells], [cell[1] for cell in cells]))
    assert (sample.actual.tolist(), sample.predicted.tolist()) == ([1, 0, 1, 0], [1, 1, 0, 0])
    assert sample.scores is not None
    assert sample.scores.tolist() == [0.9, 0.6, 0.2, 0.1]


def test_a_range_is_of_inference_times_and_of_a_tables_column(tmp_path: Path) -> None:
    captures = write(tmp_path, "merged")
    for span, rows in ((Span(AT, AT + 1), 4), (Span(AT + 1, AT + 9), 0)):
        assert len(read_labelled(LabelledFiles(captures.inputs, span=span)).rows) == rows
    table = tmp_path / "t.csv"
    table.write_text("at,label\n2026-11-21T05:59:59Z,1\n2026-11-21T06:00:00Z,0\n1795240800001,1\n")
    asked = LabelledFiles([table], span=Span(AT, AT + 1), columns=Columns(time="at"))
    assert [row.truth["label"] for row in read_labelled(asked).rows] == ["0"]
    assert len(read_labelled(LabelledFiles([table], span=Span(AT, AT + 1))).rows) == 3


def test_what_is_left_out_is_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    asked = write(tmp_path, "joined")
    (tmp_path / "2026/broken.jsonl").write_bytes(b"\xff\xfe{\x00")
    (tmp_path / "2026/cut.jsonl").write_text(capture(9, "1,0.5", None)[:-20] + "\n")
    found = read_labelled(asked)
    assert len(found.rows) == 4
    assert found.notes[0] == "1 records were refused"
    assert "cut.jsonl:1: $: must be JSON in UTF-8" in found.notes[1]
    assert any("could not be read" in note and "UTF-16" in note for note in found.notes)


@pytest.mark.parametrize(
    ("text", "columns", "message"),
    [
        ("a,b\n1\n", Columns(), "t.csv:2: expected 2 cells, got 1"),
        ("", Columns(), "the file is empty"),
        ('{"a": 1}\n{"a"\n', Columns(), "t.csv:2: not JSON"),
        ('{"a": 1}\n3\n', Columns(), "t.csv:2: expected an object, got int"),
        ("[1]", Columns(), "JSON Lines"),
    ],
)
def test_a_table_that_cannot_be_read_says_where(tmp_path: Path, text: str, columns: Columns, message: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(text)
    with pytest.raises(BaselineError, match=message):
        read_labelled(LabelledFiles([path], columns=columns))


def test_ground_truth_has_to_be_records(tmp_path: Path) -> None:
    asked = write(tmp_path, "merged")
    table = tmp_path / "truth.csv"
    table.write_text("id,label\na,1\n")
    found = read_labelled(LabelledFiles(asked.inputs, [table]))
    assert "expected ground-truth records, one a line" in found.notes[-1]
    with pytest.raises(ConfigError, match="no such file"):
        read_labelled(LabelledFiles([tmp_path / "absent"]))


def test_columns_given_must_be_as_many(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("1,2\n")
    with pytest.raises(ConfigError, match=r"--columns names 1 columns, .*t\.csv has 2"):
        read_labelled(LabelledFiles([path], columns=Columns(("a",))))
    with pytest.raises(BaselineError, match="expected a table with named columns"):
        rows_of_table(path, Columns())
