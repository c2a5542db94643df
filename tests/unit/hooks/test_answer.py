"""What a handler may return, and what becomes of it."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from driftline.contracts.payload import MADE
from driftline.hooks.answer import ROWS, AnswerError, capture_of
from driftline.hooks.record import CapturedData
from support.hooked import request


def rows_of(answer: object) -> list[Any] | None:
    made = capture_of(answer, request())
    if made is None:
        return None
    side = json.loads(made)["captureData"]["endpointInput"]
    assert side["encoding"] == ROWS == MADE
    return [json.loads(line) for line in side["data"].split("\n")]


@pytest.mark.parametrize(
    ("answer", "rows"),
    [
        ({"b": 1, "a": "x"}, [{"a": "x", "b": 1}]),
        ({10: 1, 2: 2}, [{"10": 1, "2": 2}]),
        ([{"a": 1}, {"a": 2}], [{"a": 1}, {"a": 2}]),
        ([1, 2.5, None], [[1, 2.5, None]]),
        ((1, "x"), [[1, "x"]]),
        ([[1, 2], [3, 4]], [[1, 2], [3, 4]]),
        ("1,2,x", [["1", "2", "x"]]),
        ("1,2\n3,4\n", [["1", "2"], ["3", "4"]]),
        ('1,"a,b"', [["1", "a,b"]]),
        (b"1,2", [["1", "2"]]),
        (["1,2", "3,4"], [["1", "2"], ["3", "4"]]),
        (["1", "2"], [["1", "2"]]),
        ({"a": {"b": 1}}, [{"a": {"b": 1}}]),
        ([{"a": 1}, []], [{"a": 1}]),
    ],
)
def test_rows(answer: object, rows: list[object]) -> None:
    assert rows_of(answer) == rows


@pytest.mark.parametrize("answer", [[], {}, "", "\n", (), [[]], [{}]])
def test_nothing_leaves_the_record_out(answer: object) -> None:
    assert capture_of(answer, request()) is None


def test_the_literal_text_of_a_number_is_kept_since_types_are_told_by_it() -> None:
    made = capture_of({"a": 3, "b": 3.0, "c": 1e300, "d": True, "e": 2**70}, request())
    assert made is not None
    data = json.loads(made)["captureData"]["endpointInput"]["data"]
    assert data == '{"a":3,"b":3.0,"c":1e300,"d":true,"e":1180591620717411303424}'


def test_numpy_and_what_is_not_finite() -> None:
    answer = {"a": np.float64(0.5), "b": np.int64(7), "c": float("nan"), "d": np.float32("nan"), "e": float("inf")}
    assert rows_of(answer) == [{"a": 0.5, "b": 7, "c": None, "d": None, "e": None}]
    assert rows_of({"a": np.bool_(True), "b": np.str_("x"), "c": np.array([1, 2])}) == [
        {"a": True, "b": "x", "c": [1, 2]}
    ]


@pytest.mark.parametrize("answer", [None, 5, object(), {"a": object()}, {1, 2}, [1, {"a": 2}], {"a": "\ud800"}])
def test_anything_else_is_an_error_that_says_what_was_expected(answer: object) -> None:
    with pytest.raises(AnswerError, match=r"must (return|be)"):
        capture_of(answer, request())


def test_the_rest_of_the_capture_stays() -> None:
    original = request()
    made = json.loads(capture_of({"a": 1}, original) or b"")
    assert made["eventMetadata"] == original["eventMetadata"]
    assert list(made["captureData"]) == ["endpointInput"]


def test_a_record_that_is_returned_is_the_capture_with_what_the_script_changed() -> None:
    record = CapturedData(request())
    assert record.endpoint_input is not None
    record.endpoint_input.data = "1,2"
    made = json.loads(capture_of(record, request()) or b"")
    assert made["captureData"]["endpointInput"] == {
        "encoding": "CSV",
        "data": "1,2",
        "observedContentType": "text/csv",
    }
    assert made["captureData"]["endpointOutput"]["data"] == "0.25\n"
    assert capture_of(record.as_dict(), request()) == capture_of(record, request())
