"""Model Monitor's quantities: which there are of which feature, under which labels, and what switches them off."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from driftline.contracts.statistics import CheckReading, FeatureStatistics, WindowStatistics
from driftline.exporter.quantities import hide_scheduled, show_scheduled
from driftline.exporter.render import render_table
from driftline.exporter.series import SeriesTable
from support.schedules import HOUR, NOON, hourly, window_of


def series(table: SeriesTable) -> dict[str, float]:
    text = render_table(table.families, table.snapshot(), openmetrics=False)
    lines = [line.rpartition(" ") for line in text.splitlines() if not line.startswith("#")]
    return {name.removeprefix("driftline_feature_"): float(value) for name, _, value in lines}


def feature(name: str, **changes: object) -> FeatureStatistics:
    held = window_of(NOON + HOUR).features[0]
    reading = CheckReading(
        feature=name, check="baseline_drift_check", state="OK", observed=0.05, limit=0.1, bound=None, n=4, reason="",
        details={},
    )  # fmt: skip
    given = {
        "name": name, "kind": "Fractional", "present": 4, "completeness": 0.8, "mean": 2.5, "min": 1.0, "max": 4.0,
        "readings": (reading,),
    }  # fmt: skip
    return msgspec.structs.replace(held, **{**given, **changes})


def window(*features: FeatureStatistics, **changes: object) -> WindowStatistics:
    return window_of(NOON + HOUR, features=features, **changes)


def test_a_number_has_all_quantities_and_a_text_those_that_it_has_there() -> None:
    table = SeriesTable()
    show_scheduled(table, hourly(endpoint="e"), window(feature("age"), feature("plan", kind="String", mean=None)))
    labels = 'endpoint="e",feature="{}",model="churn",schedule="churn-hourly",version="1"'
    expected = {"data_min": 1, "data_max": 4, "data_sum": 10, "data_count": 4, "data_average": 2.5}
    both = {"non_null": 0.8, "baseline_drift": 0.05}
    assert series(table) == (
        {f"{name}{{{labels.format('age')}}}": value for name, value in (expected | both).items()}
        | {f"{name}{{{labels.format('plan')}}}": value for name, value in both.items()}
    )
    hide_scheduled(table, hourly(endpoint="e"))
    assert series(table) == {}


def test_the_page_shows_these_lines() -> None:
    table = SeriesTable()
    show_scheduled(table, hourly(), window(feature("age")))
    text = render_table(table.families, table.snapshot(), openmetrics=False)
    block = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    page = (Path(__file__).parents[3] / "docs" / "sagemaker.md").read_text()
    assert f"```text\n{block}\n```" in page


def test_the_drift_is_the_number_that_model_monitor_would_have_printed() -> None:
    table = SeriesTable()
    told = msgspec.structs.replace(feature("age").readings[0], details={"value": 0.162})
    show_scheduled(table, hourly(), window(feature("age", readings=(told,))))
    assert [value for name, value in series(table).items() if name.startswith("baseline_drift")] == [0.162]


def test_disabled_metrics_are_not_there() -> None:
    table = SeriesTable()
    show_scheduled(table, hourly(), window(feature("age"), feature("plan"), without_metrics=("plan",)))
    assert series(table)
    assert not any("plan" in name for name in series(table))
    show_scheduled(table, hourly(emit_metrics=False), window(feature("age")))
    assert series(table) == {}


@pytest.mark.parametrize("changes", [{"present": 0, "completeness": None, "mean": None, "readings": ()}])
def test_what_is_not_known_has_no_series(changes: dict[str, object]) -> None:
    table = SeriesTable()
    show_scheduled(table, hourly(), window(feature("age", **changes)))
    assert series(table) == {}


def test_quantities_are_within_the_budget_of_series() -> None:
    table = SeriesTable(max_series=3)
    show_scheduled(table, hourly(), window(feature("age")))
    assert (len(series(table)), table.refused) == (3, 4)
