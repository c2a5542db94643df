"""Roles: each rule, the overrules, and what is said about it."""

import pandas as pd
import pytest

from driftline.baseline import Role, create
from driftline.baseline.draft import draft
from driftline.baseline.readers import open_source
from driftline.errors import BaselineError

ROWS = 60
CASES = [
    ("time_hour", [f"2013-01-01T{i % 24:02}:00:00Z" for i in range(ROWS)], Role.TIME),
    ("whenever", pd.date_range("2024", periods=ROWS), Role.TIME),
    ("day", [f"2024-01-{i % 28 + 1:02}" for i in range(ROWS)], Role.TIME),
    ("event_time", [1_700_000_000_000 + i for i in range(ROWS)], Role.TIME),
    ("created_at", [1_700_000_000.5 + i for i in range(ROWS)], Role.TIME),
    ("air_time", list(range(ROWS)), Role.FEATURE),
    ("amount", [1_700_000_000 + i for i in range(ROWS)], Role.FEATURE),
    ("prediction", [0, 1] * 30, Role.PREDICTION),
    ("prediction.yes", [0.1, 0.9] * 30, Role.PREDICTION),
    ("prediction[0]", [0.1, 0.9] * 30, Role.PREDICTION),
    ("y_pred", [0, 1] * 30, Role.PREDICTION),
    ("predictable", [0, 1] * 30, Role.FEATURE),
    ("label", [0, 1] * 30, Role.LABEL),
    ("y_true", [0, 1] * 30, Role.LABEL),
    ("id", list(range(ROWS)), Role.ID),
    ("id", [1, 2] * 30, Role.FEATURE),
    ("session", [f"s{i}" for i in range(ROWS)], Role.ID),
    ("user_id", [i % 7 for i in range(ROWS)], Role.ENTITY),
    ("hour", [i % 24 for i in range(ROWS)], Role.FEATURE),
    ("nested", [[1]] * ROWS, Role.IGNORE),
    ("nothing", [None] * ROWS, Role.FEATURE),
    ("constant", [5] * ROWS, Role.FEATURE),
]


@pytest.mark.parametrize(("name", "values", "role"), CASES)
def test_a_role_is_guessed(name: str, values: list[object], role: Role) -> None:
    baseline = create(pd.DataFrame({name: values, "other": [1, 2] * 30}), model="m", version="1")
    assert baseline.columns[0].role is role


def test_calendar_columns_are_ignored_beside_a_time() -> None:
    frame = pd.DataFrame({"hour": [i % 24 for i in range(ROWS)], "at": pd.date_range("2024", periods=ROWS)})
    assert [column.role for column in create(frame, model="m", version="1").columns] == [Role.IGNORE, Role.TIME]


def test_one_time_and_one_entity_are_enough() -> None:
    times = pd.date_range("2024", periods=ROWS)
    frame = pd.DataFrame({"a": times, "b": times, "user_id": [1, 2] * 30, "device": ["x", "y"] * 30})
    roles = [column.role for column in create(frame, model="m", version="1").columns]
    assert roles == [Role.TIME, Role.IGNORE, Role.ENTITY, Role.IGNORE]


def test_a_named_role_overrules_the_guess_and_every_reason_is_told() -> None:
    frame = pd.DataFrame({"delay": [1.0, 2.0] * 30, "label": [0, 1] * 30, "id": range(ROWS)})
    made = draft(open_source(frame), model="m", version="1", roles={"delay": "prediction", "id": "feature"})
    assert [column.role for column in made.baseline.columns] == [Role.PREDICTION, Role.LABEL, Role.FEATURE]
    assert made.reasons == {"delay": "as you said", "label": "by its name", "id": "as you said"}
    assert made.hints == ()


def test_only_what_is_monitored_or_labels_or_segments_leaves_statistics() -> None:
    frame = pd.DataFrame({"user_id": [1, 2] * 30, "x": [1, 2] * 30, "label": [0, 1] * 30, "skip": [1, 2] * 30})
    baseline = create(frame, model="m", version="1", roles={"skip": "ignore"})
    assert {column.name for column in baseline.columns if column.statistics} == {"x", "label"}


@pytest.mark.parametrize(
    ("roles", "message"),
    [
        ({"delai": "feature"}, r"role of 'delai': no such column, did you mean 'delay'\?"),
        ({"delay": "target"}, "role of 'delay': expected one of feature, prediction, .* got 'target'"),
    ],
)
def test_roles_that_do_not_exist_are_refused(roles: dict[str, str], message: str) -> None:
    with pytest.raises(BaselineError, match=message):
        create(pd.DataFrame({"delay": [1]}), model="m", version="1", roles=roles)


@pytest.mark.parametrize(("model", "version"), [("", "1"), ("m", ""), ("a\nb", "1"), ("m" * 201, "1")])
def test_a_model_and_a_version_need_names(model: str, version: str) -> None:
    with pytest.raises(BaselineError, match="must be a printable name"):
        create(pd.DataFrame({"x": [1]}), model=model, version=version)


def test_texts_that_hardly_repeat_are_not_judged_by_their_categories() -> None:
    frame = pd.DataFrame({"note": [f"n{i}" for i in range(90)] + ["n1"] * 10, "plan": ["a", "b"] * 50})
    limits = create(frame, model="m", version="1").constraints
    assert [(column.name, column.off) for column in limits.columns] == [
        ("note", ("baseline_drift_check", "categorical_values_check"))
    ]
    assert limits.is_on("completeness_check", "note")
    assert not limits.is_on("baseline_drift_check", "note")


def test_mistyped_values_are_mentioned() -> None:
    made = draft(open_source(pd.DataFrame({"x": [1.0, float("inf")]})), model="m", version="1")
    assert made.hints[0].startswith("x: 1 of 2 values are not Fractional")
    assert "prediction" in made.hints[1]
