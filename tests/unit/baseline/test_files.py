"""The two files: written readably, read strictly, every fault with its place."""

import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from driftline.baseline import Baseline, load, save
from driftline.errors import BaselineError


@pytest.fixture
def folder(baseline: Baseline, tmp_path: Path) -> Path:
    save(baseline, tmp_path / "new" / "folder")
    return tmp_path / "new" / "folder"


def edit(path: Path, change: Callable[[dict[str, object]], object]) -> None:
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


def test_what_is_saved_is_loaded_from_the_folder_or_either_file(folder: Path, baseline: Baseline) -> None:
    for path in (folder, folder / "statistics.json", str(folder / "constraints.json")):
        assert load(path) == baseline


def test_the_files_are_readable(folder: Path) -> None:
    lines = (folder / "constraints.json").read_text().splitlines()
    assert lines[:4] == ["{", '  "format": "driftline.constraints",', '  "version": 1,', '  "min_samples": 30,']
    assert '    "drift": {"distance": "linf_robust", "limit": 0.1},' in lines
    statistics = (folder / "statistics.json").read_text()
    assert "päid" in statistics
    assert max(map(len, statistics.splitlines())) < 2000


def test_an_edited_limit_is_another_baseline(folder: Path, baseline: Baseline) -> None:
    edit(folder / "constraints.json", lambda c: c.update(columns=[{"name": "amount", "drift": {"limit": 0.3}}]))
    edited = load(folder)
    assert edited.id != baseline.id
    assert edited.constraints.limits("amount").drift.limit == 0.3
    assert edited.constraints.limits("amount").drift.distance == "linf_robust"
    assert edited.columns == baseline.columns


def test_the_order_and_spelling_of_constraints_do_not_matter(folder: Path) -> None:
    one = [{"name": "items", "bounds": {"min": 0}}, {"name": "amount", "drift": {"limit": 1}}]
    two = [{"name": "amount", "drift": {"limit": 1.0}}, {"bounds": {"min": 0.0}, "name": "items"}]
    ids = []
    for columns in (one, two):
        edit(folder / "constraints.json", lambda c, columns=columns: c.update(columns=columns))
        ids.append(load(folder).id)
    assert ids[0] == ids[1]


def test_what_is_left_out_is_the_default(folder: Path, baseline: Baseline) -> None:
    (folder / "constraints.json").write_text('{"format": "driftline.constraints", "version": 1}')
    assert load(folder).id == baseline.id


def column(**limits: object) -> Callable[[dict[str, object]], object]:
    return lambda content: content.update(columns=[{"name": "amount", **limits}])


def default(**limits: object) -> Callable[[dict[str, object]], object]:
    return lambda content: content["defaults"].update(limits)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: c.update(format="x"), "$.format: expected 'driftline.constraints', got 'x'"),
        (lambda c: c.update(version=2), "$.version: expected 1, got 2"),
        (lambda c: c.update(min_samples=0), "$.min_samples: expected a whole number from 1, got 0"),
        (lambda c: c.update(min_samples="9"), "$.min_samples: expected `int`, got `str`"),
        (lambda c: c.update(extra=1), "$: object contains unknown field `extra`"),
        (default(drift={"limit": "x"}), "$.defaults.drift.limit: expected `float`, got `str`"),
        (default(drift={"distance": "hell"}), "$.defaults.drift.distance: expected one of linf_robust, "),
        (default(drift={"limit": -1}), "$.defaults.drift.limit: expected a number from 0, got -1.0"),
        (default(completeness={}), "$.defaults.completeness: expected either max_drop or min, got neither"),
        (default(completeness={"max_drop": 0.1, "min": 0.1}), "expected either max_drop or min, got both"),
        (default(data_type={"max_mismatch": 7}), "max_mismatch: expected a share from 0 to 1, got 7.0"),
        (default(volume={"low": 2, "high": 1}), "$.defaults.volume: expected 0 <= low < high, got low 2.0, high 1.0"),
        (default(off=["drift"]), "$.defaults.off[0]: expected a check (data_type_check, "),
        (default(bounds={"min": 0}), "$.defaults.bounds.min: expected no limit here"),
        (column(bounds={"min": 5, "max": 5}), "$.columns[0] (amount).bounds: expected min < max, got min 5.0, max 5.0"),
        (column(bounds={"min": 5, "max": 1}), "expected min < max, got min 5.0, max 1.0"),
        (column(bounds={"min": 1e9}), "bounds.min: expected a number below the baseline's maximum"),
        (column(bounds={"minimum": 0}), "$.columns[0].bounds: object contains unknown field `minimum`"),
        (
            column(categories=["a"]),
            "categories: expected categories of a String column, got a column of kind Fractional",
        ),
        (column(off=["completness_check"]), "(did you mean 'completeness_check'?), got 'completness_check'"),
        (column(drift={"limit": "high"}), "$.columns[0].drift.limit: expected `float | null`, got `str`"),
        (
            lambda c: c.update(columns=[{"name": "amuont"}]),
            "$.columns[0].name: expected a column of the baseline (did you mean 'amount'?), got 'amuont'",
        ),
        (
            lambda c: c.update(columns=[{"name": "items"}, {"name": "items"}]),
            "$.columns[1].name: expected each column once, got 'items' again",
        ),
        (
            lambda c: c.update(columns=[{"name": "plan/tier", "bounds": {"min": 1}}]),
            "(plan/tier).bounds: expected bounds of a column of numbers, got a column of kind String",
        ),
    ],
)
def test_a_fault_is_refused_with_file_path_expected_and_came(
    change: Callable[[dict[str, object]], object], message: str, folder: Path
) -> None:
    path = folder / "constraints.json"
    edit(path, change)
    with pytest.raises(BaselineError) as caught:
        load(folder)
    assert str(caught.value).startswith(f"{path}: ")
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not JSON: Expecting property name"),
        ('{"min_samples": NaN}', "not JSON: NaN is no number here"),
        ('{"version": 1, "version": 1}', "not JSON: the key 'version' is there twice"),
        ("[]", "$.format: expected 'driftline.constraints', got []"),
        (
            '{"format": "driftline.constraints", "version": 1, "columns": [{"name": "items", "bounds": {"min": -1e999}}]}',
            "$.columns[0] (items).bounds.min: expected a finite number, got -inf",
        ),
    ],
)
def test_what_is_no_json_for_us_is_refused(text: str, message: str, folder: Path) -> None:
    (folder / "constraints.json").write_text(text)
    with pytest.raises(BaselineError) as caught:
        load(folder)
    assert message in str(caught.value)


def test_all_faults_are_told_at_once(folder: Path) -> None:
    names = [{"name": f"c{i}"} for i in range(30)]
    edit(folder / "constraints.json", lambda c: c.update(columns=names))
    with pytest.raises(BaselineError) as caught:
        load(folder)
    assert len(str(caught.value).splitlines()) == 21
    assert str(caught.value).endswith("… and 10 more")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: c.update(rows=7), "count + missing + mistyped to be the 7 rows, got 500"),
        (lambda c: c["columns"][1]["statistics"]["edges"].reverse(), "edges: expected numbers that increase strictly"),
        (lambda c: c["columns"][1]["statistics"]["counts"].pop(), "counts: expected 52 counts whose sum is 500"),
        (lambda c: c["columns"][1]["statistics"].update(mean=-1), "expected min <= mean <= max"),
        (lambda c: c["columns"][1].update(kind="String"), "statistics: expected those of kind String"),
        (lambda c: c["columns"][4]["statistics"].update(other=3), "categories: expected counts whose sum (with other)"),
        (
            lambda c: c["columns"].append(c["columns"][0]),
            "$.columns[9].name: expected each column once, got 'id' again",
        ),
    ],
)
def test_damaged_statistics_are_refused(
    change: Callable[[dict[str, object]], object], message: str, folder: Path
) -> None:
    edit(folder / "statistics.json", change)
    with pytest.raises(BaselineError) as caught:
        load(folder)
    assert message in str(caught.value)


def test_a_folder_without_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BaselineError, match=r"statistics.json: can't be read: No such file"):
        load(tmp_path)


def test_a_folder_that_cannot_be_made_is_refused(baseline: Baseline, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BaselineError, match="can't be written"):
        save(baseline, tmp_path / "file")


def test_a_baseline_survives_the_wire(baseline: Baseline) -> None:
    assert msgspec.json.decode(msgspec.json.encode(baseline), type=Baseline) == baseline
    assert baseline.with_constraints(baseline.constraints) == baseline
