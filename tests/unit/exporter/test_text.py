import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.utils import floatToGoString

from driftline.exporter.text import MAX_LABEL_LENGTH, go_number, label_value, prefix, sample_lines

EDGES = [0.0, -0.0, 1e6, 999_999.9, 1e6 - 1e-10, -1e6, 1e7, 1e15, 1e16, 1e-4, 1e-5, 5e-324, math.inf, -math.inf]


@given(st.lists(st.one_of(st.floats(allow_nan=False), st.sampled_from(EDGES)), min_size=1, max_size=30))
def test_numbers_are_written_as_prometheus_client_writes_them(values: list[float]) -> None:
    lines = sample_lines([f"x{i} " for i in range(len(values))], np.array(values)).splitlines()
    assert lines == [f"x{i} {floatToGoString(value)}" for i, value in enumerate(values)]


def test_nan_has_no_line() -> None:
    assert sample_lines(["a ", "b ", "c "], np.array([1.0, np.nan, 2e6])) == "a 1.0\nc 2e+06\n"
    assert go_number(float("nan")) == "NaN"


@given(st.dictionaries(st.sampled_from(["model", "version", "feature", "le"]), st.text(max_size=20), min_size=1))
def test_labels_are_written_as_prometheus_client_writes_them(labels: dict[str, str]) -> None:
    registry = CollectorRegistry()
    Gauge("g", "h", tuple(labels), registry=registry).labels(**labels).set(1)
    assert generate_latest(registry).decode().endswith("gauge\n" + prefix("g", labels) + "1.0\n")


def test_a_label_value_is_cut_with_a_mark_of_the_whole() -> None:
    one, other = "a" * MAX_LABEL_LENGTH + "b", "a" * MAX_LABEL_LENGTH + "c"
    assert label_value("a" * MAX_LABEL_LENGTH) == "a" * MAX_LABEL_LENGTH
    assert len(label_value(one)) == len(label_value(other)) == MAX_LABEL_LENGTH
    assert label_value(one) != label_value(other)
    assert label_value(one).startswith("aaaa")


@pytest.mark.parametrize("text", ["\ud800", "a\udfffb"])
def test_half_a_surrogate_pair_can_still_be_written(text: str) -> None:
    assert label_value(text).encode()
