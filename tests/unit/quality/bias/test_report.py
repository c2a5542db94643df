"""Bias reports: who is sensitive, what a configuration may say, and what it is told when it is wrong."""

from __future__ import annotations

import pytest

from driftline.errors import ConfigError
from driftline.quality.bias.config import BiasConfig, Facet, bias_config
from driftline.quality.bias.report import BiasRows, Known, bias_report
from driftline.quality.bias.selection import recalled, selection

ROWS = BiasRows(
    {"sex": ["f", "f", "m", "m", "m", None], "age": [20, 30, 40, 50, 60, 70], "label": [1, 0, 1, 1, 0, 1]},
    label=[1, 0, 1, 1, 0, 1],
    predicted=["0", "0", "1", "1", "1", "1"],
)


@pytest.mark.parametrize(
    ("cells", "wanted", "text", "selected"),
    [
        ([0, 1, 1], [1], "1", [False, True, True]),
        (["a", "b", None], ["b", "c"], "b,c", [False, True, False]),
        (list(range(40)), [38], "(38, 39]", [*[False] * 39, True]),
        ([1.5, 2.5, 40.0], [2], "(2, 40]", [False, True, True]),
        ([*range(10)] * 30, [9], "9", ([False] * 9 + [True]) * 30),
        (["20", "30", "", "40"], [25], "(25, 40]", [False, True, False, True]),
    ],
)
def test_a_value_or_a_threshold(cells: list, wanted: list, text: str, selected: list[bool]) -> None:
    found = selection(cells, wanted)
    assert found.text == text
    assert found.of(cells).tolist() == selected
    assert recalled(text).of(cells).tolist() == selected


def test_every_metric_of_every_facet_and_the_reason_where_there_is_none() -> None:
    config = BiasConfig((Facet("sex", ("f",)), Facet("age", (45,))), (1,), label="label")
    report = bias_report(ROWS, config)
    assert [(facet.facet, facet.value) for facet in report.facets] == [("sex", "f"), ("age", "(45, 70]")]
    sex = report.facets[0]
    assert [metric.name for metric in sex.pre] == ["CDDL", "CI", "DPL", "JS", "KL", "KS", "LP", "TVD"]
    assert [metric.name for metric in sex.post] == sorted(metric.name for metric in sex.post)
    assert len(sex.post) == 13
    by_name = {metric.name: metric for metric in (*sex.pre, *sex.post)}
    assert by_name["CI"].value == pytest.approx((4 - 2) / 6)
    assert by_name["CDDL"].value is None
    assert by_name["CDDL"].error == "needs a group variable"
    assert by_name["FT"].value == pytest.approx(-1.0)


def test_without_predictions_only_the_labels_are_looked_at() -> None:
    rows = BiasRows(ROWS.columns, ROWS.label)
    report = bias_report(rows, BiasConfig((Facet("sex", ("f",)),), (1,)))
    assert report.facets[0].pre
    assert report.facets[0].post == ()


def test_a_facet_without_values_is_looked_at_value_by_value() -> None:
    report = bias_report(ROWS, BiasConfig((Facet("sex"),), (1,)))
    assert [facet.value for facet in report.facets] == ["f", "m"]


def test_what_a_baseline_settled_is_not_asked_of_the_window() -> None:
    known = Known(recalled("1"), {"age": (recalled("40"),)})
    report = bias_report(ROWS, BiasConfig((Facet("age", (40,)),), (1,)), known)
    assert report.facets[0].value == "40"


def test_clarifys_configuration_is_read() -> None:
    config = bias_config(
        {
            "dataset_type": "text/csv",
            "headers": ["y", "sex", "age"],
            "label": "y",
            "label_values_or_threshold": [1],
            "facet": [{"name_or_index": 1, "value_or_threshold": ["f"]}],
            "group_variable": "age",
            "probability_threshold": 0.8,
            "methods": {"post_training_bias": {"methods": ["DPPL", "DI"]}, "report": {"name": "report"}},
        },
        "analysis_config.json",
    )
    assert config.facets == (Facet("sex", ("f",)),)
    assert (config.label, config.group, config.threshold) == ("y", "age", 0.8)
    assert (config.pre, config.post) == ((), ("DI", "DPPL"))


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({}, "c.json: facet must be a list"),
        ({"facet": [{"value_or_threshold": [1]}], "label_values_or_threshold": [1]}, "must have name_or_index"),
        ({"facet": [{"name_or_index": "sex"}]}, "label_values_or_threshold must list"),
        (
            {
                "facet": [{"name_or_index": "sex"}],
                "label_values_or_threshold": [1],
                "methods": {"pre_training_bias": {"methods": ["XX"]}},
            },
            "must be among CDDL, CI.* got 'XX'",
        ),
    ],
)
def test_a_configuration_that_cannot_be_used_says_where(document: dict, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        bias_config(document, "c.json")


def test_a_facet_that_is_no_column_is_told_with_the_columns_there_are() -> None:
    with pytest.raises(ConfigError, match="names the column 'Sex'; the data has age, label, sex"):
        bias_report(ROWS, BiasConfig((Facet("Sex"),), (1,)))
