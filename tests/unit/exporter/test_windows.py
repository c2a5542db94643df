import re

import msgspec
import pytest

from driftline.baseline.constraints import Constraints
from driftline.baseline.model import Baseline
from driftline.contracts.statistics import (
    CheckReading,
    Distance,
    FeatureStatistics,
    Ledger,
    Quantile,
    Tally,
    WindowStatistics,
)
from driftline.contracts.violation import StateName, Window
from driftline.exporter import SeriesTable, show_closed, show_model, show_open, show_watch
from driftline.exporter.render import render_table

BASELINE = Baseline.build(
    model="m", version="v", rows=1, columns=(), constraints=Constraints(), created="2026-05-01T08:00:00Z"
)


def reading(feature: str, check: str, state: StateName, limit: float | None = None) -> CheckReading:
    return CheckReading(
        feature=feature, check=check, state=state, observed=0.2, limit=limit, bound=0.15, n=100, reason="", details={}
    )


def statistics(**changes: object) -> WindowStatistics:
    feature = FeatureStatistics(
        name="age", role="feature", kind="Integral", present=90, missing=10, mistyped=0, unseen=9, below=0, above=0,
        clipped=0, completeness=0.9, mean=41.5, std=None, min=18.0, max=99.0, distinct=60, counts=(1, 2),
        quantiles=(Quantile(p=0.5, value=40.0, low=39.0, high=41.0),),
        distances=(Distance(name="ks", value=0.2, equivalent_sigmas=0.5),),
        readings=(reading("age", "baseline_drift_check", "VIOLATED", 0.1), reading("age", "completeness_check", "OK", 0.95)),
    )  # fmt: skip
    values: dict[str, object] = {
        "model": "m", "version": "v", "slice": "", "window": Window(label="1h", start=0, end=3_600_000), "baseline_id": "b",
        "state": "VIOLATED", "rows": 100, "features": (feature,), "operations": None, "extras": {}, "extras_overflow": 0,
        "ledger": Ledger(complete=True, reasons=(), records=Tally(), rows=Tally(accepted=100), sources=()),
        "readings": (reading("", "volume_check", "UNKNOWN"), reading("new", "extra_column_check", "WATCH")),
    }  # fmt: skip
    return WindowStatistics(**{**values, **changes})


def lines(table: SeriesTable) -> dict[str, str]:
    text = render_table(table.families, table.snapshot(), openmetrics=False)
    found = [line for line in text.splitlines() if not line.startswith("#")]
    return dict(re.sub(r'(?:,?model="m"|,version="v")', "", line).replace("{,", "{").rsplit(" ", 1) for line in found)


def test_a_closed_window_shows_all_that_is_known_of_it() -> None:
    table = SeriesTable()
    show_closed(table, statistics())
    assert lines(table) == {
        'driftline_feature_state{check="volume_check",feature="",window="1h"}': "2.0",
        'driftline_feature_state{check="extra_column_check",feature="new",window="1h"}': "1.0",
        'driftline_feature_state{check="baseline_drift_check",feature="age",window="1h"}': "3.0",
        'driftline_feature_state{check="completeness_check",feature="age",window="1h"}': "0.0",
        'driftline_feature_distance{distance="ks",feature="age",window="1h"}': "0.2",
        'driftline_feature_shift_sigmas{distance="ks",feature="age",window="1h"}': "0.5",
        'driftline_feature_threshold{check="baseline_drift_check",feature="age",window="1h"}': "0.1",
        'driftline_feature_threshold{check="completeness_check",feature="age",window="1h"}': "0.95",
        'driftline_feature_completeness_ratio{feature="age",window="1h"}': "0.9",
        'driftline_feature_mean{feature="age",window="1h"}': "41.5",
        'driftline_feature_min{feature="age",window="1h"}': "18.0",
        'driftline_feature_max{feature="age",window="1h"}': "99.0",
        'driftline_feature_quantile{feature="age",quantile="0.5",window="1h"}': "40.0",
        'driftline_feature_distinct{feature="age",window="1h"}': "60.0",
        'driftline_feature_unseen_ratio{feature="age",window="1h"}': "0.1",
        'driftline_model_state{window="1h"}': "3.0",
        'driftline_window_rows{window="1h"}': "100.0",
        'driftline_window_complete{window="1h"}': "1.0",
        'driftline_window_end_timestamp_seconds{window="1h"}': "3600.0",
    }


def test_the_open_window_stands_beside_the_closed_one_in_families_of_its_own() -> None:
    table = SeriesTable()
    show_closed(table, statistics())
    closed = lines(table)
    show_open(table, statistics(state="OK", rows=7))
    both = lines(table)
    early = {name: value for name, value in both.items() if name not in closed}
    assert {name: both[name] for name in closed} == closed
    assert early
    assert all("_open{" in name for name in early)
    assert early['driftline_window_rows_open{window="1h"}'] == "7.0"
    assert early['driftline_model_state_open{window="1h"}'] == "0.0"


def test_windows_of_another_length_are_kept_apart() -> None:
    table = SeriesTable()
    show_closed(table, statistics())
    show_closed(table, statistics(window=Window(label="1d", start=0, end=86_400_000), rows=5))
    assert lines(table)['driftline_window_rows{window="1h"}'] == "100.0"
    assert lines(table)['driftline_window_rows{window="1d"}'] == "5.0"


def test_an_empty_column_has_no_unseen_share() -> None:
    table = SeriesTable()
    show_closed(table, statistics(features=()))
    assert not [name for name in lines(table) if 'feature="age"' in name]


def test_the_sequential_lane_and_the_incidents_have_parts_of_their_own() -> None:
    table = SeriesTable()
    show_watch(table, "m", "v", {"age": "WATCH", "pay": "OK"})
    show_model(table, "m", "v", BASELINE, {"info": 0, "warning": 2, "critical": 0})
    assert lines(table) == {
        'driftline_feature_watch{feature="age"}': "1.0",
        'driftline_feature_watch{feature="pay"}': "0.0",
        'driftline_open_incidents{severity="info"}': "0.0",
        'driftline_open_incidents{severity="warning"}': "2.0",
        'driftline_open_incidents{severity="critical"}': "0.0",
        f'driftline_baseline_info{{baseline_id="{BASELINE.id}"}}': "1.0",
        "driftline_baseline_timestamp_seconds{}": "1.7776224e+09",
    }
    show_model(table, "m", "v", None, {"info": 0})
    assert not [name for name in lines(table) if "baseline" in name]


@pytest.mark.parametrize("created", ["", "last week", "2026-05-01", "2026-05-01T08:00:00"])
def test_a_baseline_that_does_not_say_when_it_was_made_has_no_age(created: str) -> None:
    table = SeriesTable()
    show_model(table, "m", "v", msgspec.structs.replace(BASELINE, created=created), {})
    assert list(lines(table)) == [f'driftline_baseline_info{{baseline_id="{BASELINE.id}"}}']
