"""Model Monitor's files from data: figures against numpy, types by the published rules, defaults as real files have them."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from driftline.baseline import NumericStatistics, load
from driftline.baseline.sagemaker.document import SageMakerDocument
from driftline.baseline.sagemaker.kll import buckets
from driftline.baseline.sagemaker.make import Suggested, suggest
from driftline.baseline.sagemaker.points import Points
from driftline.errors import BaselineError


def features(document: SageMakerDocument) -> dict[str, Any]:
    return {feature["name"]: feature for feature in document.content()["features"]}


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    return pd.DataFrame(
        {
            "amount": np.where(rng.random(6000) < 0.1, np.nan, rng.lognormal(3, 1, 6000)),
            "items": rng.poisson(2, 6000),
            "plan": rng.choice(["free", "päid", None], 6000),
            "new": rng.random(6000) < 0.2,
            "name": [f"n{i}" for i in range(6000)],
            "empty": None,
        }
    )


@pytest.fixture(scope="module")
def made(frame: pd.DataFrame) -> Suggested:
    return suggest(frame)


def test_figures_are_those_of_numpy(made: Suggested, frame: pd.DataFrame) -> None:
    for name in ("amount", "items"):
        values = frame[name].dropna().to_numpy(dtype=float)
        held = features(made.statistics)[name]["numerical_statistics"]
        assert held["common"] == {"num_present": values.size, "num_missing": 6000 - values.size}
        assert held["mean"] == pytest.approx(values.mean(), rel=1e-12)
        assert held["sum"] == pytest.approx(values.sum(), rel=1e-12)
        assert held["std_dev"] == pytest.approx(values.std(), rel=1e-12)
        assert (held["min"], held["max"]) == (values.min(), values.max())
        assert held["approximate_num_distinct_values"] == np.unique(values).size
        assert held["completeness"] == values.size / 6000


def test_buckets_follow_from_the_sketch_in_the_file(made: Suggested) -> None:
    for name in ("amount", "items"):
        held = features(made.statistics)[name]["numerical_statistics"]
        kll = held["distribution"]["kll"]
        assert kll["sketch"]["parameters"] == {"c": 0.64, "k": 2048.0}
        points = Points.of(kll["sketch"]["data"])
        assert points.total == held["common"]["num_present"]
        again = [
            {"lower_bound": b.low, "upper_bound": b.high, "count": b.count}
            for b in buckets(points, held["min"], held["max"])
        ]
        assert kll["buckets"] == again


def test_types_and_categories(made: Suggested, frame: pd.DataFrame) -> None:
    told, limits = features(made.statistics), features(made.constraints)
    kinds = {name: feature["inferred_type"] for name, feature in told.items()}
    assert kinds == {
        "amount": "Fractional",
        "items": "Integral",
        "plan": "String",
        "new": "String",
        "name": "String",
        "empty": "Unknown",
    }
    assert {name: feature["inferred_type"] for name, feature in limits.items()} == kinds
    assert "distribution" not in told["name"]["string_statistics"]
    assert "string_constraints" not in limits["name"]
    assert told["name"]["string_statistics"]["distinct_count"] == 6000.0
    counted = frame["plan"].value_counts()
    found = {
        b["value"]: b["count"] for b in told["plan"]["string_statistics"]["distribution"]["categorical"]["buckets"]
    }
    assert found == counted.to_dict()
    assert set(limits["plan"]["string_constraints"]["domains"]) == {"free", "päid"}
    assert limits["plan"]["completeness"] == counted.sum() / 6000
    assert set(limits["new"]["string_constraints"]["domains"]) == {"true", "false"}
    assert limits["amount"]["num_constraints"] == {"is_non_negative": True}
    assert limits["empty"]["completeness"] == 0.0


def test_the_defaults_are_those_of_real_files(made: Suggested) -> None:
    assert made.constraints.text.decode().splitlines()[-14:] == [
        '  "monitoring_config" : {',
        '    "evaluate_constraints" : "Enabled",',
        '    "emit_metrics" : "Enabled",',
        '    "datatype_check_threshold" : 1.0,',
        '    "domain_content_threshold" : 1.0,',
        '    "distribution_constraints" : {',
        '      "perform_comparison" : "Enabled",',
        '      "comparison_threshold" : 0.1,',
        '      "comparison_method" : "Robust",',
        '      "categorical_comparison_threshold" : 0.1,',
        '      "categorical_drift_method" : "LInfinity"',
        "    }",
        "  }",
        "}",
    ]


def test_what_is_written_loads_with_the_same_figures(made: Suggested, tmp_path: Path) -> None:
    made.write(tmp_path)
    baseline = load(tmp_path, model="shop", version="7")
    assert baseline.monitor is not None
    told = features(made.statistics)
    for column in baseline.columns:
        if isinstance(column.statistics, NumericStatistics):
            held = told[column.name]["numerical_statistics"]
            assert (column.statistics.mean, column.statistics.std) == (held["mean"], held["std_dev"])
            assert sum(column.statistics.counts) == held["common"]["num_present"]
    assert [f.domains for f in baseline.monitor.features if f.name == "name"] == [None]


CELLS = st.sampled_from(
    ["1", "-2", "+3", "- 4", "3.0", ".5", "1.5", "1e3", "1.5E-3", "true", "True", "NA", "x", " 7", "7 ", "0x1"]
)
INTEGRAL, FRACTIONAL = {"1", "-2", "+3", "- 4", " 7"}, {"3.0", "1.5", "1e3", "1.5E-3"}


@settings(max_examples=40, deadline=None)
@given(cells=st.lists(CELLS, min_size=1, max_size=6))
def test_types_are_told_by_the_published_patterns(cells: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("typed") / "data.csv"
    path.write_text("\n".join(["column", *cells]) + "\n")
    if any(cell not in INTEGRAL | FRACTIONAL for cell in cells):
        expected = "String"
    else:
        expected = "Fractional" if any(cell in FRACTIONAL for cell in cells) else "Integral"
    made = suggest(path)
    assert features(made.statistics)["column"]["inferred_type"] == expected


@pytest.mark.parametrize(("different", "listed"), [(120, True), (121, False)])
def test_a_text_has_categories_up_to_120_different_ones(different: int, listed: bool) -> None:
    made = suggest(pd.DataFrame({"city": [f"c{i}" for i in range(different)]}))
    assert ("distribution" in features(made.statistics)["city"]["string_statistics"]) is listed


def test_the_files_do_not_depend_on_how_the_data_is_cut(tmp_path: Path, frame: pd.DataFrame, made: Suggested) -> None:
    from driftline.baseline.readers.columnar import FrameSource  # noqa: PLC0415
    from driftline.baseline.sagemaker.make import suggest_of  # noqa: PLC0415

    again = suggest_of(FrameSource(frame, 700))
    assert (again.statistics, again.constraints) == (made.statistics, made.constraints)


def test_infinite_numbers_are_missing_and_told() -> None:
    made = suggest(pd.DataFrame({"x": [1.0, np.inf, 3.0]}))
    assert features(made.statistics)["x"]["numerical_statistics"]["common"] == {"num_present": 2, "num_missing": 1}
    assert made.remarks == ("x: 1 values are no numbers, texts or booleans (infinite, lists …): taken as missing",)


def test_no_rows_are_refused() -> None:
    with pytest.raises(BaselineError, match="there are no rows"):
        suggest(pd.DataFrame({"x": []}))


def test_the_text_is_json_that_any_reader_takes(made: Suggested) -> None:
    for document in (made.statistics, made.constraints):
        assert json.loads(document.text, parse_constant=pytest.fail)["version"] == 0.0
