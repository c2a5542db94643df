from __future__ import annotations

from collections.abc import Sized
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from numpy.typing import NDArray

from driftline.capture import CapturedEstimator
from driftline.errors import ConfigError
from support.carrier import Carrier, carried

COLUMNS: dict[str, list[Any]] = {"age": [41, 18, 7], "income": [1.5, None, 3.0], "plan": ["free", "paid", None]}
ROWS = [dict(zip(COLUMNS, cells, strict=True)) for cells in zip(*COLUMNS.values(), strict=True)]
RECORDS = np.array([(41, 1.5), (18, np.nan), (7, 3.0)], dtype=[("age", "i8"), ("income", "f8")])
TABLES = {
    "pandas": pd.DataFrame(COLUMNS),
    "pandas, arrow types": pd.DataFrame(COLUMNS).convert_dtypes(dtype_backend="pyarrow"),
    "pandas, categorical": pd.DataFrame(COLUMNS).astype({"plan": "category"}),
    "pandas, odd index": pd.DataFrame(COLUMNS, index=["x", "x", "y"]),
    "polars": pl.DataFrame(COLUMNS),
    "pyarrow table": pa.table(COLUMNS),
    "pyarrow batch": pa.RecordBatch.from_pydict(COLUMNS),
    "columns": COLUMNS,
    "columns of arrays": {name: np.array(column, dtype=object) for name, column in COLUMNS.items()},
    "rows": ROWS,
    "rows in a tuple": tuple(ROWS),
    "2-D array": np.array([list(row.values()) for row in ROWS], dtype=object),
    "lists": [list(row.values()) for row in ROWS],
}


def sent(features: object, *more: object, **parts: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - parts of a row
    carrier = Carrier()
    with carried(carrier, feature_names=tuple(COLUMNS)) as recorder:
        assert recorder.log_batch(features, *more, **parts)
    counters = recorder.counters()
    assert counters["delivered"] == counters["logged"] == len(carrier.values)
    return carrier.rows()


@pytest.mark.parametrize("name", TABLES)
def test_a_batch_is_the_same_rows_whatever_holds_it(name: str) -> None:
    assert [row["features"] for row in sent(TABLES[name])] == ROWS


def test_an_array_of_records_has_names() -> None:
    assert [row["features"] for row in sent(RECORDS)] == [{k: row[k] for k in ("age", "income")} for row in ROWS]


ANSWERS = {
    "list": [0.1, 0.2, 0.3],
    "array": np.array([0.1, 0.2, 0.3]),
    "column": np.array([[0.1], [0.2], [0.3]]),
    "series": pd.Series([0.1, 0.2, 0.3], index=[7, 8, 9]),
    "polars": pl.Series([0.1, 0.2, 0.3]),
    "pyarrow": pa.array([0.1, 0.2, 0.3]),
    "chunked": pa.chunked_array([[0.1], [0.2, 0.3]]),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_predictions_are_a_column(name: str) -> None:
    wanted: list[Any] = [[0.1], [0.2], [0.3]] if name == "column" else [0.1, 0.2, 0.3]
    assert [row["prediction"] for row in sent(COLUMNS, ANSWERS[name])] == wanted


@pytest.mark.parametrize(
    "answers",
    [pd.DataFrame({"no": [0.9, 0.8, 0.7], "yes": [0.1, 0.2, 0.3]}), {"no": [0.9, 0.8, 0.7], "yes": [0.1, 0.2, 0.3]}],
)
def test_predictions_by_class_are_maps(answers: object) -> None:
    assert [row["prediction"] for row in sent(COLUMNS, answers)] == [
        {"no": 0.9, "yes": 0.1},
        {"no": 0.8, "yes": 0.2},
        {"no": 0.7, "yes": 0.3},
    ]


def test_the_parts_of_a_batch_go_with_their_rows_and_the_latency_with_the_first() -> None:
    rows = sent(
        pd.DataFrame(COLUMNS),
        latency=0.25,
        status=200,
        entities=pd.Series([1, 2, 3]),
        event_ids=["a", "b", None],
        segments=[{"c": "de"}, None, {"c": "fr"}],
        times=[1_714_564_800_000, None, "2024-05-01T12:00:01Z"],
    )
    assert [row.get("latency") for row in rows] == [0.25, None, None]
    assert [row["status"] for row in rows] == [200] * 3
    assert [row["entity"] for row in rows] == ["1", "2", "3"]
    assert [row["id"] for row in rows[:2]] == ["a", "b"]
    assert len(rows[2]["id"]) == 32
    assert [row.get("segment") for row in rows] == [{"c": "de"}, None, {"c": "fr"}]
    assert (rows[0]["time"], rows[2]["time"]) == (1_714_564_800_000, 1_714_564_801_000)
    assert rows[1]["time"] > 1_714_564_801_000


def test_batches_that_do_not_fit_together_are_refused_whole() -> None:
    carrier = Carrier()
    with carried(carrier, queue_rows=5) as recorder:
        assert not recorder.log_batch(COLUMNS, [1, 2])
        assert not recorder.log_batch(COLUMNS, entities=["a"])
        assert not recorder.log_batch({"a": [1], "b": [1, 2]})
        assert not recorder.log_batch([{}] * 6)
        assert recorder.log_batch([])
    counters = recorder.counters()
    assert (counters["refused"], counters["dropped"], counters["logged"], carrier.values) == (7, 6, 13, [])


class Estimator:
    """As scikit-learn's."""

    classes_ = np.array(["no", "yes"])
    feature_names_in_ = np.array(["age", "income"])

    def predict(self, rows: Sized) -> NDArray[Any]:
        if len(rows) == 0:
            raise ValueError("no rows")
        return np.array(["yes"] * len(rows))

    def predict_proba(self, rows: Sized) -> NDArray[Any]:
        return np.array([[0.25, 0.75]] * len(rows))


def test_an_estimator_records_the_method_that_was_chosen_and_is_itself_in_all_else() -> None:
    carrier = Carrier()
    with carried(carrier) as recorder:
        model = CapturedEstimator(Estimator(), recorder)
        assert model.predict(np.array([[41, 1.5], [18, 2.5]])).tolist() == ["yes", "yes"]
        model.predict_proba(np.array([[41, 1.5]]))
        assert model.classes_ is Estimator.classes_
        assert not hasattr(model, "transform")
        by_class = CapturedEstimator(Estimator(), recorder, method="predict_proba")
        by_class.predict_proba(pd.DataFrame({"age": [7], "income": [0.5]}))
    rows = carrier.rows()
    assert [row["features"] for row in rows] == [
        {"age": 41.0, "income": 1.5},
        {"age": 18.0, "income": 2.5},
        {"age": 7, "income": 0.5},
    ]
    assert [row["prediction"] for row in rows] == ["yes", "yes", {"no": 0.25, "yes": 0.75}]
    assert [row.get("latency", -1) >= 0 for row in rows] == [True, False, True]


def test_what_an_estimator_raises_goes_on_its_way() -> None:
    class Failing(Estimator):
        def predict(self, rows: Sized) -> NDArray[Any]:
            raise FloatingPointError("singular")

    carrier = Carrier()
    with carried(carrier) as recorder, pytest.raises(FloatingPointError, match="singular"):
        CapturedEstimator(Failing(), recorder).predict(np.array([[41, 1.5]]))
    assert [(row["error"], row["features"]["age"]) for row in carrier.rows()] == [("FloatingPointError", 41.0)]


def test_a_method_that_is_not_there_is_refused_at_the_start() -> None:
    with (
        carried(Carrier()) as recorder,
        pytest.raises(ConfigError, match="method must be one of Estimator's, got 'guess'"),
    ):
        CapturedEstimator(Estimator(), recorder, method="guess")


def test_scikit_learn_itself() -> None:
    linear = pytest.importorskip("sklearn.linear_model")
    frame = pd.DataFrame({"age": [1.0, 2.0, 3.0, 4.0], "income": [0.0, 1.0, 0.0, 1.0]})
    fitted = linear.LogisticRegression().fit(frame, ["no", "no", "yes", "yes"])
    carrier = Carrier()
    with carried(carrier) as recorder:
        model = CapturedEstimator(fitted, recorder, method="predict_proba")
        model.predict_proba(frame)
        assert model.score(frame, ["no", "no", "yes", "yes"]) == fitted.score(frame, ["no", "no", "yes", "yes"])
    rows = carrier.rows()
    assert [row["features"] for row in rows] == frame.to_dict("records")
    assert all(set(row["prediction"]) == {"no", "yes"} for row in rows)
