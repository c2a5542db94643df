"""Random files of Model Monitor and random rows: the same entries, to the last digit, as a plain reading of its rules gives."""

import tempfile
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from driftline.baseline import load
from support.monitor_files import written
from support.monitor_oracle import chi_squared_of, near, violations
from support.monitor_rows import lines_of

WHOLE = st.integers(-3, 6).map(str)
FRACTION = st.sampled_from(["0.5", "1.0", "-2.25", "1e2", "3.0E-1", "7.125"])
WORD = st.sampled_from(["red", "blue", "true", "4,5", "1.", "nan"])
GAP = st.just("")
CELL = {
    "Integral": st.one_of(WHOLE, WHOLE, WHOLE, FRACTION, WORD, GAP),
    "Fractional": st.one_of(FRACTION, FRACTION, WHOLE, WORD, GAP),
    "String": st.one_of(WORD, WHOLE, FRACTION, GAP),
}
SHARE = st.sampled_from([0.0, 0.25, 0.5, 0.75, 0.9, 1.0])
SWITCH = st.sampled_from(["Enabled", "Enabled", "Enabled", "Disabled"])
DISTRIBUTION = st.fixed_dictionaries(
    {},
    optional={
        "perform_comparison": SWITCH,
        "comparison_threshold": st.sampled_from([0, 0.05, 0.1, 0.3]),
        "comparison_method": st.sampled_from(["Simple", "Robust"]),
        "categorical_comparison_threshold": st.sampled_from([0.0, 0.1, 0.3, 2.5]),
        "categorical_drift_method": st.sampled_from(["LInfinity", "ChiSquared"]),
    },
)
SETTINGS = st.fixed_dictionaries(
    {},
    optional={
        "evaluate_constraints": SWITCH,
        "datatype_check_threshold": SHARE,
        "domain_content_threshold": SHARE,
        "distribution_constraints": DISTRIBUTION,
    },
)
WHOLE_FILE: dict[str, Any] = {
    "evaluate_constraints": "Enabled",
    "emit_metrics": "Enabled",
    "datatype_check_threshold": 1.0,
    "domain_content_threshold": 1.0,
}
WHOLE_DISTRIBUTION: dict[str, Any] = {
    "perform_comparison": "Enabled",
    "comparison_threshold": 0.1,
    "comparison_method": "Robust",
    "categorical_comparison_threshold": 0.1,
    "categorical_drift_method": "LInfinity",
}


@st.composite
def columns(draw: st.DrawFn, place: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """One feature of the statistics and of the constraints file."""
    name, kind = f"c{place}", draw(st.sampled_from(["Integral", "Fractional", "String"]))
    told: dict[str, Any] = {"name": name, "inferred_type": kind}
    limits: dict[str, Any] = {"name": name, "inferred_type": kind, "completeness": draw(SHARE)}
    common = {"num_present": 10, "num_missing": 0}
    if kind == "String":
        counts = draw(st.dictionaries(st.one_of(WORD, WHOLE), st.integers(1, 80), max_size=6))
        told["string_statistics"] = {"common": common, "distinct_count": float(len(counts))}
        if counts:
            buckets = [{"value": value, "count": count} for value, count in counts.items()]
            told["string_statistics"]["distribution"] = {"categorical": {"buckets": buckets}}
        if draw(st.booleans()):
            limits["string_constraints"] = {"domains": draw(st.lists(st.one_of(WORD, WHOLE), unique=True, max_size=4))}
            limits["string_constraints"]["monitoring_config_overrides"] = draw(SETTINGS)
    else:
        item = (
            st.integers(-3, 6).map(float) if kind == "Integral" else st.sampled_from([0.5, 1.0, -2.25, 100.0, 0.3, 8.0])
        )
        levels = draw(st.lists(st.lists(item, max_size=12), max_size=4))
        told["numerical_statistics"] = {
            "common": common,
            "mean": 0.0,
            "sum": 0.0,
            "std_dev": 1.0,
            "min": -3.0,
            "max": 100.0,
        }
        sketch = {"parameters": {"c": 0.64, "k": 2048.0}, "data": levels}
        told["numerical_statistics"]["distribution"] = {"kll": {"buckets": [], "sketch": sketch}}
    if draw(st.booleans()):
        limits["monitoringConfigOverrides"] = draw(SETTINGS)
    return told, limits


@st.composite
def cases(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any], list[list[str]]]:
    """Both files, and rows of which a few may have another width."""
    held = [draw(columns(place)) for place in range(draw(st.integers(2, 4)))]
    kinds = [limits["inferred_type"] for _, limits in held]
    own = draw(SETTINGS)
    config = {
        **WHOLE_FILE,
        **own,
        "distribution_constraints": {**WHOLE_DISTRIBUTION, **own.get("distribution_constraints", {})},
    }
    statistics = {"version": 0.0, "dataset": {"item_count": 10}, "features": [told for told, _ in held]}
    constraints = {"version": 0.0, "features": [limits for _, limits in held], "monitoring_config": config}
    row = st.tuples(*(CELL[kind] for kind in kinds)).map(list)
    rows = draw(st.lists(row, min_size=1, max_size=40)) * draw(st.sampled_from([1, 1, 7]))
    rows += draw(st.lists(st.lists(WHOLE, min_size=1, max_size=6), max_size=draw(st.sampled_from([0, 2, 12]))))
    return statistics, constraints, rows


@settings(deadline=None, max_examples=150)
@given(case=cases())
def test_the_entries_are_those_of_a_plain_reading_of_the_rules(
    case: tuple[dict[str, Any], dict[str, Any], list[list[str]]],
) -> None:
    statistics, constraints, rows = case
    with tempfile.TemporaryDirectory() as folder:
        baseline = load(written(Path(folder), statistics, constraints))
    lines = [msgspec.structs.asdict(line) for line in lines_of(baseline, rows)]
    assert near(lines, violations(statistics, constraints, rows), chi_squared_of(constraints))
