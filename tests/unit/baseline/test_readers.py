"""Files of every shape: what is read, and what is refused with its place."""

import gzip
import zipfile
from decimal import Decimal
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from driftline.baseline import Kind, create
from driftline.baseline.profile import ColumnFacts, profile
from driftline.baseline.readers import open_source
from driftline.errors import BaselineError


def facts_of(data: object, **options: object) -> dict[str, ColumnFacts]:
    return {column.name: column for column in profile(open_source(data, **options))}


TEXT = 'a,b\n1,"x, y"\n2,"line\nbreak"\n'


@pytest.mark.parametrize("form", ["plain", "gzip", "zip", "bom", "crlf"])
def test_csv_may_be_packed_and_quoted(form: str, tmp_path: Path) -> None:
    path, content = tmp_path / "data.bin", TEXT.encode()
    if form == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("inner.csv", content)
    else:
        packed = {
            "plain": content,
            "gzip": gzip.compress(content),
            "bom": b"\xef\xbb\xbf" + content,
            "crlf": content.replace(b"\n", b"\r\n"),
        }
        path.write_bytes(packed[form])
    found = facts_of(path)
    assert list(found) == ["a", "b"]
    assert found["a"].statistics.mean == 1.5
    line = "line\r\nbreak" if form == "crlf" else "line\nbreak"
    assert found["b"].statistics.categories == {line: 1, "x, y": 1}


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_guessed_from_the_first_line(delimiter: str, tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text(f"a{delimiter}b\n1{delimiter}2\n")
    assert list(facts_of(path)) == ["a", "b"]


def test_columns_are_named_where_there_is_no_header(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text("1,x\n2,y\n")
    found = facts_of(path, columns=["n", "t"])
    assert (found["n"].rows, found["n"].kind, found["t"].kind) == (2, Kind.INTEGRAL, Kind.STRING)


def test_a_column_without_a_name_is_called_by_its_place_and_row_numbers_are_an_id(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text(",x\n0,5\n1,5\n")
    baseline = create(path, model="m", version="1")
    assert [(column.name, column.role) for column in baseline.columns] == [("_c0", "id"), ("x", "feature")]


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        (b"", {}, "the file is empty"),
        (b"1,2\n3,4\n", {}, r"the first row looks like data \('1'\); name the columns"),
        (b"a,a\n1,2\n", {}, "column names must differ, got 'a' twice"),
        (b"1,2\n", {"columns": ["a"]}, "1 column names were given, the first row has 2 cells"),
        (b"a,b\n1,2\n3\n", {}, "Row #3: expected 2 columns, got 1$"),
        (b"a,b\n1,\xff\xfe\n", {}, "must be UTF-8, this is not: iconv -f LATIN1"),
        ("a,b\n1,2\n".encode("utf-16"), {}, "this is UTF-16 or no text: iconv -f UTF-16"),
        (b"a,b\n", {}, "there are no rows"),
        (b'[{"a": 1}]', {}, "one JSON array; JSON Lines"),
        (b'{"a": 1}\nnonsense\n', {}, ":2: not JSON"),
        (b'{"a": 1}\n[2]\n', {}, ":2: expected an object, got list"),
        (b'{"features": {"a": 1}}\n', {}, ":1: this is a capture, not a flat row"),
        (b'{"a": 1}\n', {"columns": ["a"]}, "names are for CSV files"),
        (b"PAR1nonsense", {}, "can't be read as Parquet"),
        (gzip.compress(b"a\n" + b"1\n" * 9999)[:30], {}, "damaged"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(
    content: bytes, options: dict[str, object], message: str, tmp_path: Path
) -> None:
    path = tmp_path / "data"
    path.write_bytes(content)
    with pytest.raises(BaselineError, match=message) as caught:
        facts_of(path, **options)
    assert "data" in str(caught.value)


def test_a_missing_file_and_an_archive_of_two_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BaselineError, match=r"nowhere\.csv: can't be read: No such file"):
        facts_of(tmp_path / "nowhere.csv")
    path = tmp_path / "two.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", "a\n1\n")
        archive.writestr("b.csv", "a\n1\n")
    with pytest.raises(BaselineError, match="must hold one file, it holds 2"):
        facts_of(path)


def test_something_else_than_data_is_refused() -> None:
    with pytest.raises(BaselineError, match="got dict"):
        create({"a": [1]}, model="m", version="1")


def test_json_lines_have_gaps_nan_and_blank_lines(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"a": 1, "b": true}\n\n{"b": null, "c": NaN}\n{"a": 2.5, "c": Infinity}\n')
    found = facts_of(path)
    assert (found["a"].kind, found["a"].missing, found["a"].rows) == (Kind.FRACTIONAL, 1, 3)
    assert (found["b"].kind, found["b"].missing) == (Kind.BOOLEAN, 2)
    assert (found["c"].kind, found["c"].missing, found["c"].odd) == (Kind.UNKNOWN, 2, 1)


def test_parquet_types_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "data.parquet"
    table = pa.table(
        {
            "int": pa.array([1, None, 3], pa.int32()),
            "decimal": pa.array([Decimal("1.50"), None, Decimal(3)]),
            "text": pa.array(["a", "", None], pa.large_string()),
            "words": pa.array(["a", "b", "a"]).dictionary_encode(),
            "when": pa.array([0, 1, 2], pa.timestamp("ms", tz="UTC")),
            "list": pa.array([[1], [2], None]),
            "nothing": pa.nulls(3),
        }
    )
    pq.write_table(table, path, row_group_size=2)
    found = facts_of(path)
    assert {name: column.kind for name, column in found.items()} == {
        "int": Kind.INTEGRAL,
        "decimal": Kind.FRACTIONAL,
        "text": Kind.STRING,
        "words": Kind.STRING,
        "when": Kind.STRING,
        "list": Kind.UNKNOWN,
        "nothing": Kind.UNKNOWN,
    }
    assert found["int"].statistics.missing == 1
    assert found["text"].statistics.categories == {"": 1, "a": 1}
    assert found["when"].times == 3
    assert (found["list"].odd, found["nothing"].missing) == (2, 3)


def test_polars_lazy_frames_are_collected() -> None:
    assert facts_of(pl.LazyFrame({"a": [1, 2]}))["a"].statistics.mean == 1.5


def test_progress_goes_from_nought_to_one(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text("a\n" + "1\n" * 5000)
    told: list[float] = []
    create(path, model="m", version="1", progress=told.append)
    assert told == sorted(told)
    assert 0 <= told[0] <= 0.5
    assert told[-1] == 1.0
