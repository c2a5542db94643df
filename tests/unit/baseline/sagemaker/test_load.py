"""Model Monitor's two files as a baseline: in every spelling, either alone, and a word on what can't be used."""

import codecs
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from driftline.baseline import Baseline, CategoryStatistics, Kind, NumericStatistics, load
from driftline.baseline.files import load_with_remarks
from driftline.baseline.layout import layout_of
from driftline.baseline.sagemaker.rules import MonitoringConfig, MonitorRules
from driftline.errors import BaselineError
from support.monitor_files import constraints, statistics, written

Change = Callable[[dict[str, Any]], object]


def rules_of(folder: Path, change: Change) -> MonitorRules:
    limits = constraints()
    change(limits)
    monitor = load(written(folder, limits=limits)).monitor
    assert monitor is not None
    return monitor


def numbers_of(baseline: Baseline, name: str = "age") -> NumericStatistics:
    column = baseline.column(name)
    assert column is not None
    assert isinstance(column.statistics, NumericStatistics)
    return column.statistics


def test_both_files_make_a_baseline_judged_by_their_rules(tmp_path: Path) -> None:
    loaded = load_with_remarks(written(tmp_path), model="churn", version="2")
    baseline = loaded.baseline
    assert (baseline.model, baseline.version, baseline.rows) == ("churn", "2", 6)
    assert [(c.name, c.kind, c.role.value) for c in baseline.columns] == [
        ("age", Kind.INTEGRAL, "feature"),
        ("plan", Kind.STRING, "feature"),
        ("gone", Kind.UNKNOWN, "feature"),
    ]
    assert baseline.monitor is not None
    assert baseline.monitor.config == MonitoringConfig()
    age, plan, gone = baseline.monitor.features
    assert (age.completeness, age.non_negative, age.domains) == (0.8, True, None)
    assert (plan.completeness, plan.non_negative, plan.domains) == (1.0, None, ("free", "paid", "team"))
    assert gone.inferred_type is Kind.UNKNOWN
    assert loaded.remarks == ()


def test_the_bins_hold_the_ranks_of_the_sketch(tmp_path: Path) -> None:
    held = numbers_of(load(written(tmp_path)))
    edges, below = np.array(held.edges), np.concatenate(([0], np.cumsum(held.counts)))
    rank = dict(zip(edges.tolist(), below[1:-1].tolist(), strict=True))
    assert [rank[v] for v in (1.0, 2.0, 7.0)] == [0, 1, 3]  # values < v
    assert [rank[np.nextafter(v, 9)] for v in (1.0, 2.0, 7.0)] == [1, 3, 5]  # values <= v
    assert (held.count, held.missing, held.mean, held.std, held.distinct) == (5, 1, 3.8, 2.6381811916545836, 3)
    assert held.quantiles["0.5"] == 2.0


def test_a_layout_knows_what_the_domains_allow(tmp_path: Path) -> None:
    layout = layout_of(load(written(tmp_path)))
    assert (layout.numeric, layout.categorical) == (("age",), ("plan",))
    assert layout.categories == (("free", "paid", "team"),)


def test_a_distribution_that_counts_gaps_as_a_category_counts_none(tmp_path: Path) -> None:
    told = statistics()
    texts = told["features"][1]["string_statistics"]
    texts["common"] = {"num_present": 6, "num_missing": 3}
    texts["distribution"]["categorical"]["buckets"].append({"value": "NullValue", "count": 3})
    column = load(written(tmp_path, told)).column("plan")
    assert column is not None
    assert isinstance(column.statistics, CategoryStatistics)
    assert column.statistics.categories == {"free": 4, "paid": 2}


@pytest.mark.parametrize("version", [0, 0.0, "1.0", None])
def test_any_version_is_taken(tmp_path: Path, version: object) -> None:
    told, limits = {**statistics(), "version": version}, {**constraints(), "version": version}
    assert load(written(tmp_path, told, limits)).id == load(written(tmp_path)).id


@pytest.mark.parametrize(
    ("word", "method"),
    [("Simple", "Simple"), ("Robust", "Robust"), ("linf_simple", "Simple"), ("linf_robust", "Robust")],
)
def test_methods_have_four_spellings(tmp_path: Path, word: str, method: str) -> None:
    rules = rules_of(
        tmp_path, lambda c: c["monitoring_config"]["distribution_constraints"].update(comparison_method=word)
    )
    assert rules.config.comparison_method == method


def test_what_is_left_out_is_as_real_files_have_it(tmp_path: Path) -> None:
    assert rules_of(tmp_path, lambda c: c.pop("monitoring_config")).config == MonitoringConfig()


def test_the_threshold_of_categories_is_that_of_numbers_by_default(tmp_path: Path) -> None:
    drift = {"comparison_threshold": 0.3}
    rules = rules_of(tmp_path, lambda c: c["monitoring_config"].update(distribution_constraints=drift))
    assert rules.config.comparison_threshold == rules.config.categorical_threshold == 0.3


def test_a_file_of_2019_is_read(tmp_path: Path) -> None:
    drift = {"enable_comparisons": False, "min_domain_mass": 0.9, "comparison_threshold": 1.0}
    rules = rules_of(tmp_path, lambda c: c.update(monitoring_config={"distribution_constraints": drift}))
    assert (rules.config.perform_comparison, rules.config.domain_threshold) == (False, 0.9)
    assert rules.config.comparison_threshold == 1.0


@pytest.mark.parametrize("key", ["monitoring_config_overrides", "monitoringConfigOverrides"])
@pytest.mark.parametrize("place", ["", "string_constraints"])
def test_overrides_are_read_at_both_places_in_both_spellings(tmp_path: Path, place: str, key: str) -> None:
    own = {"evaluate_constraints": "Disabled", "distribution_constraints": {"comparison_threshold": 0.5}}

    def change(limits: dict[str, Any]) -> None:
        feature = limits["features"][1]
        (feature[place] if place else feature)[key] = own

    rules = rules_of(tmp_path, change)
    assert rules.rules_of("plan").config == MonitoringConfig(evaluate=False, comparison_threshold=0.5)  # type: ignore[union-attr]
    assert rules.rules_of("age").config == MonitoringConfig()  # type: ignore[union-attr]


@pytest.mark.parametrize("encode", [lambda t: codecs.BOM_UTF8 + t, lambda t: t.decode().encode("utf-16")])
def test_a_byte_order_mark_does_not_matter(tmp_path: Path, encode: Callable[[bytes], bytes]) -> None:
    expected = load(written(tmp_path)).id
    for name in ("statistics.json", "constraints.json"):
        (tmp_path / name).write_bytes(encode((tmp_path / name).read_bytes()))
    assert load(tmp_path).id == expected


# ------------------------------------------------------------------------------------------- parts are missing


def test_constraints_alone_tell_no_drift(tmp_path: Path) -> None:
    loaded = load_with_remarks(written(tmp_path, told=None))
    assert sum(numbers_of(loaded.baseline).counts) == 0
    assert loaded.baseline.rows == 0
    assert layout_of(loaded.baseline).categories == (("free", "paid", "team"),)
    assert loaded.remarks == ("there are no statistics: drift can't be told",)


def test_statistics_alone_suggest_constraints(tmp_path: Path) -> None:
    loaded = load_with_remarks(written(tmp_path, limits=None))
    assert loaded.baseline.monitor is not None
    age, plan, gone = loaded.baseline.monitor.features
    assert (age.completeness, age.non_negative) == (5 / 6, True)
    assert (plan.completeness, plan.domains) == (1.0, ("free", "paid"))
    assert (gone.inferred_type, gone.completeness) == (Kind.UNKNOWN, 0.0)
    assert "those that Model Monitor suggests" in loaded.remarks[0]


MUTILATED: dict[str, tuple[Change, str]] = {
    "no sketch": (
        lambda f: f["numerical_statistics"]["distribution"]["kll"].pop("sketch"),
        "age: the statistics have no sketch: its drift can't be told",
    ),
    "no distribution": (
        lambda f: f["numerical_statistics"].update(distribution=None),
        "age: the statistics have no sketch: its drift can't be told",
    ),
    "no section": (
        lambda f: f.pop("numerical_statistics"),
        "age: the statistics have no section of its type: its drift can't be told",
    ),
    "an empty sketch": (
        lambda f: f["numerical_statistics"]["distribution"]["kll"]["sketch"].update(data=[[]]),
        "age: its sketch is empty: its drift can't be told",
    ),
    "texts in the sketch": (
        lambda f: f["numerical_statistics"]["distribution"]["kll"]["sketch"].update(data=[["NaN"]]),
        "age: its sketch can't be read ($.features[0].numerical_statistics.distribution.kll.sketch.data[0][0]: "  # noqa: ISC004
        "expected `float`, got `str`): its drift can't be told",
    ),
}


@pytest.mark.parametrize("case", MUTILATED)
def test_a_column_without_a_distribution_is_told_and_the_rest_is_used(tmp_path: Path, case: str) -> None:
    change, remark = MUTILATED[case]
    told = statistics()
    change(told["features"][0])
    loaded = load_with_remarks(written(tmp_path, told))
    assert loaded.remarks == (remark,)
    assert sum(numbers_of(loaded.baseline).counts) == 0
    assert "age" in layout_of(loaded.baseline).numeric


@pytest.mark.parametrize("key", ["mean", "std_dev", "min", "max", "approximate_num_distinct_values", "common"])
@pytest.mark.parametrize("value", [None, "NaN"])
def test_figures_that_are_missing_come_from_the_sketch(tmp_path: Path, key: str, value: object) -> None:
    told = statistics()
    told["features"][0]["numerical_statistics"][key] = None if key == "common" else value
    held = numbers_of(load(written(tmp_path, told)))
    assert (held.count, held.distinct, held.min, held.max) == (5, 3, 1.0, 7.0)
    assert held.mean == pytest.approx(3.8)
    assert held.std == pytest.approx(np.std([1, 2, 2, 7, 7]))


def test_a_bare_nan_is_taken_as_absent_and_told(tmp_path: Path) -> None:
    folder = written(tmp_path)
    text = (folder / "statistics.json").read_bytes()
    (folder / "statistics.json").write_bytes(text.replace(b'"mean" : 3.8', b'"NaN" : 1, "mean" : NaN'))
    loaded = load_with_remarks(folder)
    assert numbers_of(loaded.baseline).mean == pytest.approx(3.8)
    assert loaded.remarks[0].endswith("1 numbers are NaN or infinite, which JSON does not know: taken as absent")


def test_a_feature_whose_constraints_were_taken_out_is_left_out(tmp_path: Path) -> None:
    limits = constraints()
    del limits["features"][0]
    loaded = load_with_remarks(written(tmp_path, limits=limits))
    assert [c.name for c in loaded.baseline.columns] == ["plan", "gone"]
    assert loaded.remarks == ("the statistics hold features without constraints, which are left out: 'age'",)


def test_features_in_other_orders_are_told(tmp_path: Path) -> None:
    limits = constraints()
    limits["features"].reverse()
    loaded = load_with_remarks(written(tmp_path, limits=limits))
    assert [c.name for c in loaded.baseline.columns] == ["gone", "plan", "age"]
    (remark,) = loaded.remarks
    assert "different orders: columns by place are named as in the constraints" in remark
    assert load_with_remarks(written(tmp_path)).remarks == ()


def test_a_feature_that_was_put_into_the_constraints_is_checked_without_drift(tmp_path: Path) -> None:
    told = statistics()
    del told["features"][0]
    loaded = load_with_remarks(written(tmp_path, told))
    assert [c.name for c in loaded.baseline.columns] == ["age", "plan", "gone"]
    assert sum(numbers_of(loaded.baseline).counts) == 0
    assert loaded.remarks == ("the constraints hold features without statistics, whose drift can't be told: 'age'",)


def test_files_without_a_feature_in_common_are_of_two_models(tmp_path: Path) -> None:
    told = statistics()
    del told["features"][:2]
    limits = constraints()
    del limits["features"][2]
    assert "got constraints of another model" in refused(written(tmp_path, told, limits))


def test_a_type_that_was_edited_is_the_one_in_force(tmp_path: Path) -> None:
    limits = constraints()
    limits["features"][0].update(inferred_type="Fractional")
    limits["features"][1].update(inferred_type="Integral", string_constraints=None)
    loaded = load_with_remarks(written(tmp_path, limits=limits))
    assert [c.kind for c in loaded.baseline.columns] == [Kind.FRACTIONAL, Kind.INTEGRAL, Kind.UNKNOWN]
    assert loaded.remarks == ("plan: Integral in the constraints, String in the statistics: no drift of it",)
    assert sum(numbers_of(loaded.baseline, "plan").counts) == 0


# ------------------------------------------------------------------------------------------- what can't be used


def refused(folder: Path) -> str:
    with pytest.raises(BaselineError) as error:
        load(folder)
    return str(error.value).replace(f"{folder}/", "")


def test_a_file_that_is_cut_off_is_said_to_be(tmp_path: Path) -> None:
    text = (written(tmp_path) / "statistics.json").read_bytes()
    (tmp_path / "statistics.json").write_bytes(text[: len(text) // 2])
    assert "statistics.json: not whole JSON: it ends in the middle of something" in refused(tmp_path)
    assert "copy it again" in refused(tmp_path)


def test_no_json_is_told_with_its_line(tmp_path: Path) -> None:
    folder = written(tmp_path, limits=b'{\n  "features" : [ {\n    "name" = "a" } ]\n}')
    assert refused(folder).startswith("constraints.json: not JSON, in line 3: ")


def test_texts_that_are_not_utf_8_are_told(tmp_path: Path) -> None:
    folder = written(tmp_path)
    text = (folder / "constraints.json").read_bytes()
    (folder / "constraints.json").write_bytes(text.replace(b'"age"', b'"\xe2ge"'))
    assert refused(folder).startswith("constraints.json: not JSON: ")


def test_swapped_files_are_told(tmp_path: Path) -> None:
    folder = written(tmp_path, constraints(), statistics())
    assert refused(folder).endswith("got constraints: are the two files swapped?")


def test_constraints_of_another_model_are_told_by_the_columns_that_differ(tmp_path: Path) -> None:
    limits = constraints()
    limits["features"][0]["name"] = "length"
    message = refused(written(tmp_path, limits=limits))
    assert "constraints of another model: not in the statistics: 'length'; only there: 'age'" in message


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ({"version": "1.0", "explanations": {"kernel_shap": {}}}, "an explainability analysis"),
        ({"version": 0.0, "binary_classification_constraints": {}}, "model-quality constraints"),
        ({"violations": [], "features": []}, "a report of violations"),
    ],
)
def test_files_of_other_monitors_are_told(tmp_path: Path, content: dict[str, Any], what: str) -> None:
    assert f"of Model Monitor's data quality, got {what}" in refused(written(tmp_path, limits=content))


def test_one_file_of_ours_and_one_of_theirs_are_told(tmp_path: Path, baseline: Baseline) -> None:
    folder = written(tmp_path, told=b'{"format": "driftline.statistics"}')
    assert refused(folder) == "statistics.json: expected Model Monitor's, as the file beside it is, got something else"


FAULTS: dict[str, Change] = {
    "$.features[0] (age).inferred_type: expected Integral or Fractional or String or Unknown, got 'Number'": (
        lambda c: c["features"][0].update(inferred_type="Number")
    ),
    "$.features[0] (age).completeness: expected a number from 0 to 1, got 1.2": (
        lambda c: c["features"][0].update(completeness=1.2)
    ),
    "$.features[1].name: expected each feature once, got 'age' again": lambda c: c["features"][1].update(name="age"),
    "$.features: expected at least one feature, got none": lambda c: c.update(features=[]),
    "$.monitoring_config.datatype_check_threshold: expected a number from 0 to 1, got true": (
        lambda c: c["monitoring_config"].update(datatype_check_threshold=True)
    ),
    "$.monitoring_config.evaluate_constraints: expected Enabled or Disabled, got 'On'": (
        lambda c: c["monitoring_config"].update(evaluate_constraints="On")
    ),
    "$.monitoring_config.distribution_constraints.comparison_method: expected Simple or Robust, got 'KS'": (
        lambda c: c["monitoring_config"]["distribution_constraints"].update(comparison_method="KS")
    ),
    "$.monitoring_config.distribution_constraints.comparison_threshold: expected a number from 0, got -1": (
        lambda c: c["monitoring_config"]["distribution_constraints"].update(comparison_threshold=-1)
    ),
    "$.features[0]: object missing required field `name`": lambda c: c["features"][0].pop("name"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_constraints_is_told_with_its_place(tmp_path: Path, fault: str) -> None:
    limits = constraints()
    FAULTS[fault](limits)
    assert f"constraints.json: {fault}" in refused(written(tmp_path, told=None, limits=limits))


def test_a_nan_in_the_constraints_is_refused(tmp_path: Path) -> None:
    folder = written(tmp_path)
    text = (folder / "constraints.json").read_bytes()
    (folder / "constraints.json").write_bytes(text.replace(b": 0.8", b": NaN"))
    assert (
        refused(folder)
        == "constraints.json: expected numbers, got 1 times NaN or Infinity: write the limit that is meant"
    )


def test_a_feature_of_the_statistics_twice_is_refused(tmp_path: Path) -> None:
    told = statistics()
    told["features"].append(told["features"][0])
    assert refused(written(tmp_path, told)).endswith("$.features: expected each feature once, got 'age' twice")
