"""Profiles against pandas and numpy, and the laws: any chunks, the same facts."""

import datetime as dt
import json
import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from driftline.baseline import Kind, create
from driftline.baseline import profile as profiling
from driftline.baseline.cells import Chunk, ObjectCells, Sorted
from driftline.baseline.profile import ColumnFacts, profile
from driftline.baseline.readers import RowsSource, open_source
from driftline.errors import BaselineError


def facts_of(data: object, **options: object) -> dict[str, ColumnFacts]:
    return {column.name: column for column in profile(open_source(data, **options))}


def numbers_of(count: int) -> pd.DataFrame:
    rng = np.random.default_rng(11)
    return pd.DataFrame(
        {
            "normal": rng.normal(100, 5, count),
            "gaps": np.where(rng.random(count) < 0.1, np.nan, rng.integers(0, 9, count)),
            "counts": rng.poisson(3, count),
            "lognormal": rng.lognormal(0, 2, count),
            "shop": rng.choice(["a", "b", "c", None], count),
            "flag": rng.random(count) < 0.3,
        }
    )


@pytest.mark.parametrize("library", ["pandas", "polars", "arrow", "csv", "parquet", "jsonl"])
def test_statistics_are_those_of_pandas_whatever_the_data_came_in(library: str, tmp_path: Path) -> None:
    frame = numbers_of(5000)
    data: object = frame
    if library == "polars":
        data = pl.from_pandas(frame)
    elif library == "arrow":
        data = pl.from_pandas(frame).to_arrow()
    elif library == "csv":
        data = tmp_path / "data.csv"
        frame.to_csv(data, index=False)
    elif library == "parquet":
        data = tmp_path / "data.parquet"
        frame.to_parquet(data)
    elif library == "jsonl":
        data = tmp_path / "data.jsonl"
        rows = frame.astype(object).where(frame.notna(), None).to_dict(orient="records")
        data.write_text("\n".join(map(json.dumps, rows)))
    found = facts_of(data, chunk_rows=700)
    for name in ("normal", "gaps", "counts", "lognormal"):
        column, statistics = frame[name].dropna(), found[name].statistics
        assert (statistics.count, statistics.missing) == (len(column), frame[name].isna().sum())
        assert (statistics.min, statistics.max) == (column.min(), column.max())
        assert statistics.mean == pytest.approx(column.mean(), rel=1e-12)
        assert statistics.std == pytest.approx(column.std(ddof=0), rel=1e-12)
        assert statistics.distinct == column.nunique()
        assert statistics.quantiles["0.5"] == pytest.approx(column.quantile(0.5, interpolation="lower"), rel=1e-3)
        outside = np.histogram(column, bins=np.array([-np.inf, *statistics.edges, np.inf]))[0]
        assert list(statistics.counts) == outside.tolist()
        assert statistics.counts[0] == statistics.counts[-1] == 0
    assert found["shop"].statistics.categories == frame["shop"].value_counts().to_dict()
    flags = {str(value).lower(): count for value, count in frame["flag"].value_counts().to_dict().items()}
    assert found["flag"].statistics.categories == flags
    kinds = {name: column.kind for name, column in found.items()}
    gaps = Kind.FRACTIONAL if library == "csv" else Kind.INTEGRAL  # pandas writes 3.0
    assert kinds == {
        "normal": Kind.FRACTIONAL,
        "gaps": gaps,
        "counts": Kind.INTEGRAL,
        "lognormal": Kind.FRACTIONAL,
        "shop": Kind.STRING,
        "flag": Kind.BOOLEAN,
    }


value = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**6), 10**6), st.floats(), st.sampled_from(["", "a", "b", "NA", "7"])
)


@settings(deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from("xyz"), value), min_size=1, max_size=40), st.integers(1, 40))
def test_any_chunks_give_the_same_facts(rows: list[dict[str, object]], size: int) -> None:
    if not any(rows):
        rows = [*rows, {"x": 1}]
    whole = profile(RowsSource("rows", lambda: rows, chunk_rows=1000))
    cut = profile(RowsSource("rows", lambda: rows, chunk_rows=size))
    assert cut == whole
    for column in whole:
        statistics = column.statistics
        if statistics is not None:
            assert statistics.count + statistics.missing + statistics.mistyped == len(rows)


def test_a_large_file_in_small_chunks_is_the_same_as_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "large.csv.gz"
    numbers_of(120_000).to_csv(path, index=False)
    monkeypatch.setattr(profiling, "EXACT", 20_000)  # most numbers go through the collapsing summary
    whole = profile(open_source(path, chunk_rows=1_000_000))
    assert profile(open_source(path, chunk_rows=500)) == whole
    edges = next(column for column in whole if column.name == "normal").statistics.counts
    assert max(abs(count - 2400) for count in edges[1:-1]) < 120_000 * 0.003


@dataclass(frozen=True)
class Numbers:
    """So many numbers, made when they are asked for."""

    chunk_count: int
    name = "generated"

    def chunks(self) -> Iterator[Chunk]:
        for seed in range(self.chunk_count):
            yield Chunk(50_000, {"x": Given(np.random.default_rng(seed).normal(size=50_000))})


@dataclass(frozen=True)
class Given:
    values: np.ndarray
    is_typed = True

    def sort(self) -> Sorted:
        return Sorted(numbers=self.values)

    def numbers(self) -> np.ndarray:
        return self.values

    def booleans(self) -> tuple[int, int]:
        return 0, 0

    def texts(self) -> dict[str, int]:
        return {}


def test_memory_does_not_grow_with_the_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profiling, "EXACT", 100_000)
    peaks = []
    for chunks in (10, 60):
        tracemalloc.start()
        profile(Numbers(chunks))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 2_000_000  # 60 chunks are 24 MB of numbers


def test_text_columns_are_typed_as_deequ_does(tmp_path: Path) -> None:
    path = tmp_path / "types.csv"
    path.write_text(
        "whole,signed,fraction,mixed,boolean,boolnum,text,empty,exponent\n"
        '1,+1,1,1,true,true,1,,1e3\n2,- 2,2.5,x,false,1,1_0,"",2E-1\n,,,,,,,,\n'
    )
    kinds = {name: column.kind for name, column in facts_of(path).items()}
    assert kinds == {
        "whole": Kind.INTEGRAL,
        "signed": Kind.INTEGRAL,
        "fraction": Kind.FRACTIONAL,
        "mixed": Kind.STRING,
        "boolean": Kind.BOOLEAN,
        "boolnum": Kind.STRING,
        "text": Kind.STRING,
        "empty": Kind.UNKNOWN,
        "exponent": Kind.FRACTIONAL,
    }


def test_na_is_missing_among_numbers_and_a_text_among_texts(tmp_path: Path) -> None:
    path = tmp_path / "na.csv"
    path.write_text("n,t,b\n1,NA,true\nNA,DE,NA\n3,FR,false\n")
    found = facts_of(path)
    assert (found["n"].kind, found["n"].statistics.missing) == (Kind.INTEGRAL, 1)
    assert found["t"].statistics.categories == {"DE": 1, "FR": 1, "NA": 1}
    assert (found["b"].kind, found["b"].statistics.missing) == (Kind.BOOLEAN, 1)
    found = facts_of(path, na=["NA", "DE"])
    assert (found["t"].statistics.categories, found["t"].statistics.missing) == ({"FR": 1}, 2)


def test_infinity_is_mistyped_and_never_in_a_mean(tmp_path: Path) -> None:
    path = tmp_path / "inf.csv"
    path.write_text("x\n1.5\ninf\n-Infinity\n1e999\n2.5\n")
    for data in (path, pd.DataFrame({"x": [1.5, np.inf, -np.inf, np.inf, 2.5]})):
        statistics = facts_of(data)["x"].statistics
        assert (statistics.count, statistics.mistyped, statistics.mean, statistics.max) == (2, 3, 2.0, 2.5)


def test_typed_columns_go_by_the_majority_and_count_the_rest_as_mistyped() -> None:
    rows = [{"x": 1}, {"x": "one"}, {"x": 2}, {"x": [3]}, {"x": None}, {}]
    (column,) = profile(RowsSource("rows", lambda: rows))
    assert (column.kind, column.statistics.count, column.statistics.mistyped, column.statistics.missing) == (
        Kind.INTEGRAL,
        2,
        2,
        2,
    )


def test_pandas_objects_bools_and_times_are_understood() -> None:
    frame = pd.DataFrame(
        {
            "mixed": pd.Series([1, "a", None, np.float64(2.5), pd.NA], dtype=object),
            "flag": [True, False, True, True, False],
            "when": pd.date_range("2024-01-01", periods=5, tz="Europe/Berlin"),
            "plan": pd.Categorical(["a", "b", "a", None, "a"]),
            "whole_with_gaps": [1.0, 2.0, np.nan, 3.0, 4.0],
            "whole_without_gaps": [1.0, 2.0, 5.0, 3.0, 4.0],
        }
    )
    found = facts_of(frame)
    assert (found["mixed"].kind, found["mixed"].statistics.missing) == (Kind.FRACTIONAL, 2)
    assert found["mixed"].statistics.mistyped == 1
    assert found["flag"].kind is Kind.BOOLEAN
    assert found["when"].times == 5
    assert found["plan"].statistics.categories == {"a": 3, "b": 1}
    assert found["whole_with_gaps"].kind is Kind.INTEGRAL
    assert found["whole_without_gaps"].kind is Kind.FRACTIONAL


def test_extreme_numbers_neither_overflow_nor_vanish() -> None:
    for scale in (1e-300, 1.0, 1e300):
        values = np.array([-1.0, 1.0, 3.0]) * scale
        statistics = facts_of(pd.DataFrame({"x": values}))["x"].statistics
        assert statistics.std == pytest.approx(np.std([-1.0, 1.0, 3.0]) * scale, rel=1e-12)
    values = np.array([1e15, 1e15 + 1, 1e15 + 2])
    assert facts_of(pd.DataFrame({"x": values}))["x"].statistics.std == pytest.approx(np.std([0, 1, 2]), rel=1e-12)


def test_more_categories_than_are_listed_are_counted_as_other() -> None:
    rows = [{"x": f"c{i % 1500}"} for i in range(3000)] + [{"x": "often"}] * 5
    (column,) = profile(RowsSource("rows", lambda: rows))
    statistics = column.statistics
    assert len(statistics.categories) == 1000
    assert next(iter(statistics.categories.items())) == ("often", 5)
    assert (statistics.other, statistics.distinct) == (3005 - 5 - 999 * 2, 1501)


def test_data_that_changes_between_the_passes_is_refused() -> None:
    passes = iter([[{"x": 1}], [{"x": 1}, {"x": 2}]])
    with pytest.raises(BaselineError, match="rows: the data changed while it was read: 1 rows, then 2"):
        profile(RowsSource("rows", lambda: next(passes)))


def test_no_rows_are_no_baseline() -> None:
    with pytest.raises(BaselineError, match="frame: there are no rows"):
        profile(open_source(pd.DataFrame({"x": []})))


def test_keys_made_of_data_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profiling, "MAX_COLUMNS", 3)
    with pytest.raises(BaselineError, match="more than 3 columns"):
        profile(RowsSource("rows", lambda: [{f"k{i}": i} for i in range(9)]))


def test_object_cells_take_numbers_of_any_size() -> None:
    cells = ObjectCells([10**400, 2**60, True, 1.5, float("nan"), float("inf"), dt.date(2024, 1, 1)])
    found = cells.sort()
    assert found.numbers.tolist() == [2.0**60, 1.5]
    assert (found.missing, found.booleans, found.odd, found.integral) == (1, 1, 3, 1)


def test_the_same_data_give_the_same_id_whenever_they_are_read() -> None:
    frame = numbers_of(100)
    first, second = (create(frame, model="m", version="1", created=at) for at in ("2024-01-01T00:00:00Z", None))
    assert first.id == second.id
    assert create(frame, model="m", version="2").id != first.id
