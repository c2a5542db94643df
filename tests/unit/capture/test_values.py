from __future__ import annotations

import enum
import math
import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from http import HTTPStatus
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest

from driftline.capture import limits, parts
from driftline.capture.entries import Subject
from driftline.capture.features import features, prediction
from driftline.capture.settings import is_off, pipe_settings, sample_rate
from driftline.capture.values import INFINITY, MINUS_INFINITY, UNUSABLE, scalar
from driftline.contracts import times
from driftline.contracts.capture import Limits
from driftline.contracts.envelope import id_digest
from driftline.errors import ConfigError, ContractError


class Colour(enum.Enum):
    RED = "red"


class Level(enum.IntEnum):
    HIGH = 3


class Code(enum.Enum):
    """As gRPC's."""

    UNAVAILABLE = (14, "unavailable")


SAME: list[tuple[Any, Any]] = [
    (1, 1),
    (1.5, 1.5),
    ("a", "a"),
    (True, True),
    (None, None),
    (math.nan, None),
    (math.inf, INFINITY),
    (-math.inf, MINUS_INFINITY),
    (1 << 63, float(1 << 63)),
    (10**400, INFINITY),
    (-(10**400), MINUS_INFINITY),
    (Decimal("2.25"), 2.25),
    (Decimal("NaN"), None),
    (Decimal("sNaN"), None),
    (Decimal("-1e999"), MINUS_INFINITY),
    (Fraction(1, 4), 0.25),
    (datetime(2026, 5, 1, 12, tzinfo=UTC), "2026-05-01T12:00:00+00:00"),
    (date(2026, 5, 1), "2026-05-01"),
    (time(12, 30), "12:30:00"),
    (timedelta(minutes=1), 60.0),
    (Colour.RED, "red"),
    (Level.HIGH, 3),
    (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    (b"caf\xc3\xa9", "café"),
    (np.float32(0.5), 0.5),
    (np.float64("nan"), None),
    (np.int64(7), 7),
    (np.uint64(2**64 - 1), float(2**64 - 1)),
    (np.bool_(True), True),
    (np.str_("x"), "x"),
    (np.longdouble(1.5), 1.5),
    (np.array(2.5), 2.5),
    (np.datetime64("2026-05-01T12:00:00.000000001"), "2026-05-01T12:00:00"),
    (np.datetime64("NaT"), None),
    (np.timedelta64(1500, "ms"), 1.5),
    (pd.NA, None),
    (pd.NaT, None),
    (pd.Timestamp("2026-05-01T12:00:00Z"), "2026-05-01T12:00:00+00:00"),
    ([1], UNUSABLE),
    ({}, UNUSABLE),
    (1j, UNUSABLE),
    (object(), UNUSABLE),
    (np.array([1, 2]), UNUSABLE),
]


@pytest.mark.parametrize(("value", "expected"), SAME, ids=lambda value: f"{type(value).__name__}")
def test_every_value_is_a_plain_one(value: object, expected: object) -> None:
    found = scalar(value)
    assert type(found) is type(expected)
    assert found is expected or found == expected


def test_long_texts_are_cut_and_stay_apart() -> None:
    one, other = "x" * 5_000, "x" * 4_999 + "y"
    assert len(scalar(one)) == len(scalar(other)) == limits.TEXT
    assert scalar(one) != scalar(other)
    assert scalar("x" * limits.TEXT) == "x" * limits.TEXT


def test_the_caps_are_the_decoders() -> None:
    theirs = Limits()
    ours = (limits.FEATURES, limits.NAME, limits.TEXT, limits.ID, limits.LABEL, limits.SEGMENTS)
    assert ours == (theirs.features, theirs.name, theirs.text, theirs.id, theirs.label, theirs.segments)
    assert limits.MAX_MS == times.MAX_MS
    assert (limits.SECONDS[0], limits.SECONDS[-1]) == (times.SECONDS_LOW, times.SECONDS_HIGH)
    assert parts.identifier("i" * 500, print) == id_digest("i" * 500)


class Row(NamedTuple):
    age: int


@dataclass
class Customer:
    age: int


class Model:
    """As pydantic's."""

    def model_dump(self) -> dict[str, int]:
        return {"age": 41}


@pytest.mark.parametrize(
    "given",
    [
        {"age": 41},
        Row(41),
        Customer(41),
        Model(),
        pd.Series({"age": 41}),
        [41],
        np.array([41]),
        np.array([[41]]),
        (41,),
    ],
    ids=lambda given: type(given).__name__,
)
def test_features_come_in_many_shapes(given: object) -> None:
    assert features(given, Subject("m", names=("age",)), pytest.fail) == {"age": 41}


@pytest.mark.parametrize("given", [[1, 2], 5, "age", None, np.array(3)])
def test_values_without_a_name_each_are_refused(given: object) -> None:
    with pytest.raises(ContractError, match="features: must be"):
        features(given, Subject("m", names=("age",)), pytest.fail)


def test_features_that_cannot_be_used_are_left_out_and_counted() -> None:
    counted: list[str] = []
    given = {"age": 41, "": 1, "n" * 257: 1, "vector": [1, 2], 5: 6, "ssn": "078-05-1120"}
    found = features(given, Subject("m", leave_out=frozenset({"ssn"})), counted.append)
    assert found == {"age": 41, "5": 6}
    assert counted == ["values_left_out"] * 3


PREDICTIONS: list[tuple[Any, Any]] = [
    (0.5, 0.5),
    ("spam", "spam"),
    ([0.1, 0.9], [0.1, 0.9]),
    ([[0.1, 0.9]], [0.1, 0.9]),
    ((0.1, math.nan), [0.1, None]),
    ({"a": 0.1, 2: np.float32(0.5)}, {"a": 0.1, "2": 0.5}),
    (np.array(0.5), 0.5),
    (np.array([0.5]), 0.5),
    (np.array([[0.1, 0.9]]), [0.1, 0.9]),
    (np.array([["spam"]]), "spam"),
    (pd.Series([0.1, 0.9], index=["a", "b"]), {"a": 0.1, "b": 0.9}),
]


@pytest.mark.parametrize(("given", "expected"), PREDICTIONS)
def test_predictions_come_in_many_shapes(given: object, expected: object) -> None:
    assert prediction(given, pytest.fail) == expected


def test_a_prediction_of_several_rows_is_none_for_one() -> None:
    counted: list[str] = []
    assert prediction(np.ones((2, 2)), counted.append) == [None, None]
    assert prediction(object(), counted.append) is None
    assert counted == ["values_left_out"] * 3


TIME = 1_714_564_800_250


@pytest.mark.parametrize(
    "given",
    [
        TIME,
        float(TIME) + 0.75,
        np.int64(TIME),
        datetime(2024, 5, 1, 12, 0, 0, 250_999, tzinfo=UTC),
        pd.Timestamp("2024-05-01T14:00:00.250999999+02:00"),
        "2024-05-01T12:00:00.250Z",
        "2024-05-01T13:30:00.250999+01:30",
    ],
    ids=str,
)
def test_one_instant_has_many_spellings(given: object) -> None:
    assert parts.event_ms(given, 0) == TIME


WITHOUT_A_ZONE = datetime.fromisoformat("2024-05-01T12:00:00")
NO_TIMES = [WITHOUT_A_ZONE, "2024-05-01", "soon", TIME // 1000, -1, math.nan, math.inf, True, [], 1 << 62, pd.NaT]


@pytest.mark.parametrize("given", NO_TIMES, ids=str)
def test_a_time_that_cannot_be_told_refuses_the_row(given: object) -> None:
    with pytest.raises(ContractError, match="time: must"):
        parts.event_ms(given, 0)


def test_parts_that_cannot_be_used_are_left_out_and_counted() -> None:
    counted: list[str] = []
    assert [parts.latency_seconds(value, counted.append) for value in (-1, "slow", math.nan, True)] == [None] * 4
    assert parts.latency_seconds(timedelta(milliseconds=250), counted.append) == 0.25
    assert parts.segment({"a": 1, "b": True, "c": [1], **{str(n): "x" for n in range(9)}}, counted.append) == {
        "a": "1", "b": "true", **{str(n): "x" for n in range(6)}
    }  # fmt: skip
    assert counted == ["values_left_out"] * 8


def test_states_are_codes_names_and_types_of_errors() -> None:
    assert [parts.status(value, pytest.fail) for value in (200, HTTPStatus.OK, "OK", Code.UNAVAILABLE, None)] == [
        200, 200, "OK", "UNAVAILABLE", None
    ]  # fmt: skip
    assert [parts.error(value) for value in (KeyError("secret"), "timeout", True, False, None)] == [
        "KeyError", "timeout", True, None, None
    ]  # fmt: skip


def test_an_entity_is_the_same_whatever_it_is_written_as() -> None:
    keys = {parts.sample_key(entity, "id") for entity in (17, 17.0, "17", np.int64(17), np.float64(17))}
    assert keys == {"17"}
    assert {parts.sample_key(entity, "id") for entity in (None, "", math.nan, pd.NA)} == {"id"}
    assert parts.sample_key("e" * 500, "id") == parts.label("e" * 500, pytest.fail, limits.ID)


def test_settings_come_from_arguments_then_from_the_environment() -> None:
    environ = {
        "DRIFTLINE__KAFKA__BOOTSTRAP": "kafka:9092",
        "DRIFTLINE__KAFKA__CLIENT__SASL_PASSWORD": "secret",
        "DRIFTLINE__KAFKA__PRODUCER__LINGER_MS": "5",
        "DRIFTLINE__KAFKA__CONSUMER__FETCH_MIN_BYTES": "1",
        "DRIFTLINE_CAPTURE_TOPIC": "loans",
        "DRIFTLINE_CAPTURE_SAMPLE": "0.1",
    }
    found = pipe_settings(environ=environ)
    assert (found.topic, dict(found.client)) == (
        "loans", {"bootstrap.servers": "kafka:9092", "sasl.password": "secret", "linger.ms": "5"}
    )  # fmt: skip
    assert "secret" not in repr(found)
    given = pipe_settings(bootstrap="other:9092", topic="churn", client={"linger.ms": 1}, environ=environ)
    assert (given.topic, given.client["bootstrap.servers"], given.client["linger.ms"]) == ("churn", "other:9092", 1)
    assert (sample_rate(None, environ), sample_rate(0.5, environ), sample_rate(None, {})) == (0.1, 0.5, 1.0)
    assert is_off({"DRIFTLINE_CAPTURE_OFF": "1"})
    assert not is_off({})


@pytest.mark.parametrize("rate", [-0.1, 1.1, math.nan, "much"])
def test_a_rate_is_a_share(rate: object) -> None:
    with pytest.raises(ConfigError, match="sample must be a number from 0 to 1, got"):
        sample_rate(rate)


@pytest.mark.parametrize("more", [{"topic": ""}, {"queue_rows": 0}, {"exit_seconds": -1}, {"exit_seconds": math.inf}])
def test_settings_that_cannot_be_are_refused_at_the_start(more: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="must be"):
        pipe_settings(**more)
