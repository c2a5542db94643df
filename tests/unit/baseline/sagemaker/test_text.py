"""Numbers as Java writes them, JSON as Model Monitor lays it out."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.baseline.sagemaker.text import Number, java_double, pretty

JAVA = {  # what Double.toString gives, from its documentation's rules
    0.0: "0.0",
    1.0: "1.0",
    2048.0: "2048.0",
    0.001: "0.001",
    0.00099: "9.9E-4",
    9999999.0: "9999999.0",
    10000000.0: "1.0E7",
    -1234567890.5: "-1.2345678905E9",
    1.7976931348623157e308: "1.7976931348623157E308",
    math.inf: "Infinity",
    -math.inf: "-Infinity",
}


@pytest.mark.parametrize(("value", "text"), JAVA.items())
def test_java_writes_doubles_so(value: float, text: str) -> None:
    assert java_double(value) == text


def test_a_negative_nought_and_nan() -> None:
    assert java_double(-0.0) == "-0.0"
    assert java_double(math.nan) == "NaN"


@given(st.floats(allow_nan=False))
def test_what_java_writes_is_the_same_double(value: float) -> None:
    text = java_double(value)
    assert float(text.replace("Infinity", "inf")) == value
    mantissa, _, exponent = text.lstrip("-").partition("E")
    assert not math.isfinite(value) or "." in mantissa
    assert not exponent or (len(mantissa.partition(".")[0]) == 1 and mantissa[0] != "0")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(JSON)
def test_what_is_laid_out_is_the_same_json(value: object) -> None:
    assert json.loads(pretty(value)) == value


def test_the_layout_is_that_of_real_files() -> None:
    value = {"version": 0.0, "features": [{"name": "a", "data": [[1.0], []]}, {}], "monitoring_config": {"on": True}}
    assert pretty(value).splitlines() == [
        "{",
        '  "version" : 0.0,',
        '  "features" : [ {',
        '    "name" : "a",',
        '    "data" : [ [ 1.0 ], [ ] ]',
        "  }, { } ],",
        '  "monitoring_config" : {',
        '    "on" : true',
        "  }",
        "}",
    ]


@pytest.mark.parametrize("text", ["0", "0.0", "2048.0", "1.0E-4", "1e5", "-0"])
def test_a_number_comes_back_as_it_was_written(text: str) -> None:
    assert pretty([Number(text)]) == f"[ {text} ]"
    assert Number(text) == float(text)
