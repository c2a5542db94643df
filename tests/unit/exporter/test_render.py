"""Our text beside prometheus_client's own: the same bytes, and its parsers read back what was put in."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, Metric, generate_latest
from prometheus_client.openmetrics.exposition import generate_latest as generate_openmetrics
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_text

from driftline.exporter import BlockName, Renderer, SeriesKey, SeriesTable, ServingTotals, WorkerMetrics, names
from driftline.exporter.render import render_table

OPENMETRICS = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"
FEATURES = (names.FEATURE_DISTANCE, names.FEATURE_SHIFT, names.FEATURE_COMPLETENESS)
text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


def samples(families: list[Metric]) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in families
        for sample in family.samples
        if sample.name.startswith(("driftline_feature", "driftline_model", "driftline_baseline"))
    }


@given(
    st.dictionaries(
        st.tuples(text, text, st.sampled_from(["ks", "psi"]), text),
        st.floats(allow_nan=False),
        max_size=12,
    )
)
@settings(max_examples=150, deadline=None)
def test_both_parsers_read_back_what_was_put_in(given_values: dict[tuple[str, str, str, str], float]) -> None:
    table = SeriesTable()
    expected = {}
    for (model, version, distance, feature), value in given_values.items():
        key = SeriesKey(names.FEATURE_DISTANCE.name, (feature, "1h", distance))
        table.assign(BlockName(model, version, json.dumps([feature, distance])), (key,), [value])
        labels = {"model": model, "version": version, "feature": feature, "window": "1h", "distance": distance}
        expected[names.FEATURE_DISTANCE.name, frozenset(labels.items())] = value
    renderer = Renderer(table, WorkerMetrics())
    assert samples(list(read_text(renderer.render().body.decode()))) == expected
    assert samples(list(read_openmetrics(renderer.render(OPENMETRICS).body.decode()))) == expected


@given(st.lists(st.tuples(text, st.floats(allow_nan=False)), max_size=8, unique_by=lambda pair: pair[0]))
@settings(max_examples=100, deadline=None)
def test_gauges_are_the_bytes_of_prometheus_client(features: list[tuple[str, float]]) -> None:
    registry = CollectorRegistry()
    table = SeriesTable(FEATURES)
    keys = []
    for family, further in (
        (names.FEATURE_DISTANCE, ("ks",)),
        (names.FEATURE_SHIFT, ("ks",)),
        (names.FEATURE_COMPLETENESS, ()),
    ):
        gauge = Gauge(family.base, family.help, family.labels, unit=family.unit, registry=registry)
        for feature, value in features:
            gauge.labels("m", "v", feature, "1h", *further).set(value)
            keys.append(SeriesKey(family.name, (feature, "1h", *further)))
    table.assign(BlockName("m", "v", "x"), tuple(keys), [value for _, value in features] * len(FEATURES))
    blocks = table.snapshot()
    assert render_table(FEATURES, blocks, openmetrics=False).encode() == generate_latest(registry)
    assert render_table(FEATURES, blocks, openmetrics=True).encode() + b"# EOF\n" == generate_openmetrics(registry)


def test_counters_histograms_and_infos_are_the_bytes_of_prometheus_client() -> None:
    families = (names.REQUESTS, names.LATENCY, names.BASELINE_INFO)
    table = SeriesTable((*families, names.MODEL_ROWS, names.ERRORS))
    ServingTotals(table, [0.5, 1.0]).add("m", "v", requests=3, latency_counts=[1, 0, 2], latency_microseconds=4_250_000)
    table.assign(BlockName("m", "v", "model"), (SeriesKey(names.BASELINE_INFO.name, ("abc",)),), [1])

    registry = CollectorRegistry()
    requests = Counter(names.REQUESTS.base, names.REQUESTS.help, ("model", "version"), registry=registry)
    requests.labels("m", "v").inc(3)
    latency = Histogram(
        names.LATENCY.base,
        names.LATENCY.help,
        ("model", "version"),
        unit="seconds",
        buckets=(0.5, 1),
        registry=registry,
    ).labels("m", "v")
    for seconds in (0.25, 2.0, 2.0):
        latency.observe(seconds)
    Info(names.BASELINE_INFO.base, names.BASELINE_INFO.help, ("model", "version"), registry=registry).labels(
        "m", "v"
    ).info({"baseline_id": "abc"})

    def without_created(exposition: bytes) -> str:
        kept = [line for line in exposition.decode().splitlines(keepends=True) if "_created" not in line]
        return "".join(kept)

    blocks = table.snapshot()
    assert render_table(families, blocks, openmetrics=False) == without_created(generate_latest(registry))
    ours = render_table(families, blocks, openmetrics=True) + "# EOF\n"
    assert ours == without_created(generate_openmetrics(registry))


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("", "text/plain; version=0.0.4; charset=utf-8"),
        ("*/*", "text/plain; version=0.0.4; charset=utf-8"),
        (OPENMETRICS, "application/openmetrics-text; version=1.0.0; charset=utf-8"),
    ],
)
def test_the_format_is_the_one_asked_for(accept: str, content_type: str) -> None:
    table = SeriesTable()
    table.assign(BlockName("m", "v", "x"), (SeriesKey(names.FEATURE_COMPLETENESS.name, ("f", "1h")),), [0.5])
    exposition = Renderer(table, WorkerMetrics()).render(accept)
    assert exposition.content_type.startswith(content_type)
    text = exposition.body.decode()
    openmetrics = "openmetrics" in content_type
    assert text.count("# EOF\n") == int(openmetrics)
    assert text.endswith("# EOF\n") == openmetrics
    assert ("# UNIT driftline_feature_completeness_ratio ratio\n" in text) == openmetrics
    assert ("# TYPE driftline_records counter\n" in text) == openmetrics
    assert ("# TYPE driftline_records_total counter\n" in text) != openmetrics


def test_every_family_of_the_names_is_in_the_text_once_and_no_other() -> None:
    body = Renderer(SeriesTable(), WorkerMetrics()).render(OPENMETRICS).body.decode()
    found = [line.split()[2:] for line in body.splitlines() if line.startswith("# TYPE")]
    ours = [pair for pair in found if not pair[0].startswith("process_")]
    assert sorted(ours) == sorted([family.base, str(family.kind)] for family in names.ALL_FAMILIES)


def test_the_text_of_the_table_is_kept_until_the_table_changes() -> None:
    table = SeriesTable()
    key = (SeriesKey(names.FEATURE_MEAN.name, ("f", "1h")),)
    renderer = Renderer(table, WorkerMetrics())
    table.assign(BlockName("m", "v", "x"), key, [1])
    first = renderer.render().body
    assert renderer._table_text(openmetrics=False) is renderer._table_text(openmetrics=False)
    table.assign(BlockName("m", "v", "x"), key, [2])
    assert b'window="1h"} 1.0\n' in first
    assert b'window="1h"} 2.0\n' in renderer.render().body


def test_the_table_is_counted_in_the_exposition() -> None:
    table = SeriesTable(max_series=1)
    keys = tuple(SeriesKey(names.FEATURE_MEAN.name, (feature, "1h")) for feature in ("a", "b", "c" * 300))
    table.assign(BlockName("m", "v", "x"), keys, [1, 2, 3])
    worker = WorkerMetrics()
    renderer = Renderer(table, worker)
    renderer.render()
    renderer.render()
    assert worker.registry.get_sample_value("driftline_series") == 1
    assert worker.registry.get_sample_value("driftline_series_dropped_total") == 2
    assert worker.registry.get_sample_value("driftline_series_refused") == 2
    assert worker.registry.get_sample_value("driftline_collect_duration_seconds") > 0


def test_naughty_names_come_back_unharmed(shared_data: Path) -> None:
    naughty = json.loads((shared_data / "badinput/blns/blns.json").read_text(encoding="utf-8"))
    short = [name for name in dict.fromkeys(naughty) if len(name) <= 200]
    table = SeriesTable()
    for name in short:
        key = (SeriesKey(names.FEATURE_MEAN.name, (name, "1h")),)
        table.assign(BlockName(name, name, "x"), key, [1])
    renderer = Renderer(table, WorkerMetrics())
    labels = [{"feature": name, "model": name, "version": name, "window": "1h"} for name in short]
    expected = dict.fromkeys(((names.FEATURE_MEAN.name, frozenset(label.items())) for label in labels), 1.0)
    assert len(expected) > 400
    assert samples(list(read_text(renderer.render().body.decode()))) == expected
    assert samples(list(read_openmetrics(renderer.render(OPENMETRICS).body.decode()))) == expected
