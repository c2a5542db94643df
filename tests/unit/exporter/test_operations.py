import pytest

from driftline.exporter import SeriesTable, ServingTotals
from driftline.exporter.render import render_table


def lines(table: SeriesTable) -> list[str]:
    text = render_table(table.families, table.snapshot(), openmetrics=False)
    return [line for line in text.splitlines() if not line.startswith("#")]


def test_totals_grow_and_buckets_are_cumulative() -> None:
    table = SeriesTable()
    totals = ServingTotals(table, [0.5, 1.0])
    totals.add("m", "v", requests=2, rows=5, errors=1, latency_counts=[1, 1, 0], latency_microseconds=900_000)
    totals.add("m", "v", requests=1, rows=1, latency_counts=[0, 0, 1], latency_microseconds=2_000_000)
    labels = 'model="m",version="v"'
    assert lines(table) == [
        f"driftline_model_requests_total{{{labels}}} 3.0",
        f"driftline_model_rows_total{{{labels}}} 6.0",
        f"driftline_model_errors_total{{{labels}}} 1.0",
        f'driftline_model_latency_seconds_bucket{{le="0.5",{labels}}} 1.0',
        f'driftline_model_latency_seconds_bucket{{le="1.0",{labels}}} 2.0',
        f'driftline_model_latency_seconds_bucket{{le="+Inf",{labels}}} 3.0',
        f"driftline_model_latency_seconds_count{{{labels}}} 3.0",
        f"driftline_model_latency_seconds_sum{{{labels}}} 2.9",
    ]


def test_models_without_latencies_show_noughts() -> None:
    table = SeriesTable()
    ServingTotals(table, [0.5]).add("m", "v", rows=1)
    assert 'driftline_model_latency_seconds_count{model="m",version="v"} 0.0' in lines(table)


def test_a_model_that_is_expected_shows_noughts_until_it_counts() -> None:
    table = SeriesTable()
    totals = ServingTotals(table, [0.5])
    totals.expect("m", "v")
    assert 'driftline_model_requests_total{model="m",version="v"} 0.0' in lines(table)
    totals.add("m", "v", requests=7)
    totals.expect("m", "v")
    assert 'driftline_model_requests_total{model="m",version="v"} 7.0' in lines(table)


def test_a_departed_model_begins_anew() -> None:
    table = SeriesTable()
    totals = ServingTotals(table, [0.5])
    totals.add("m", "v", requests=7)
    totals.remove("m", "v")
    totals.remove("m", "v")
    assert lines(table) == []
    totals.add("m", "v", requests=1)
    assert 'driftline_model_requests_total{model="m",version="v"} 1.0' in lines(table)


def test_bins_that_do_not_fit_the_edges_are_refused() -> None:
    with pytest.raises(ValueError, match="latency must be counted in 2 bins, got 3"):
        ServingTotals(SeriesTable(), [0.5]).add("m", "v", latency_counts=[1, 2, 3])
