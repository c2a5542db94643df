"""The typed path and the careful path make the same of every record, whatever the decoder has learned before."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from driftline.baseline.model import Role
from driftline.contracts.capture import CaptureTopic
from driftline.contracts.decoder import CaptureDecoder
from support.captures import CHURN, NUMBER, TEXT, TIME, batch_of, encoded, lookup_of, plain, schema_of, slowly

VECTOR = {"age": CHURN["age"], "prediction[0]": (Role.PREDICTION, NUMBER), "prediction[1]": (Role.PREDICTION, NUMBER)}
MAP = {"age": CHURN["age"], "prediction.no": (Role.PREDICTION, NUMBER), "yes": (Role.PREDICTION, TEXT)}
ROLES = {
    "when": (Role.TIME, TEXT),
    "who": (Role.ENTITY, TEXT),
    "region": (Role.SEGMENT, TEXT),
    "status": (Role.FEATURE, TEXT),
    "prediction": (Role.PREDICTION, NUMBER),
    "age": CHURN["age"],
}
LOOKUP = lookup_of(
    schema_of(CHURN),
    schema_of(VECTOR, "vector", "1"),
    schema_of(MAP, "map", ""),
    schema_of(ROLES, "roles", "7"),
)

odd = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.sampled_from([2**53 + 1, 10**30, -(10**400), TIME, TIME // 1000, 1e300, -0.0, 5e-324]),
    st.floats(),
    st.sampled_from(["", "free", "paid", "null", "NaN", "12.5", "é", "x" * 300, "\x00", "2024-05-01T12:00:00Z"]),
    st.lists(st.one_of(st.none(), st.floats(0, 1), st.just("a")), max_size=3),
    st.dictionaries(
        st.sampled_from(["a", "no", "yes", "prediction.no"]), st.one_of(st.none(), st.floats(0, 1)), max_size=2
    ),
)
number = st.one_of(st.none(), st.integers(-100, 100), st.floats(-1e6, 1e6))
times = st.one_of(
    st.integers(TIME, TIME + 10_000),
    st.floats(TIME, TIME + 10_000),
    st.sampled_from(["2024-05-01T12:00:00Z", "2024-05-01T12:00:00.123456+05:45", "2024-05-01 12:00:00z", "yesterday"]),
)
names = ["age", "income", "plan", "active", "score", "customer", "churned", "extra", "more", "", "prediction", 'q"uote']
good_features = st.fixed_dictionaries(
    {"age": number},
    optional={
        "income": number,
        "plan": st.sampled_from(["free", "paid", "other", None]),
        "active": st.one_of(st.booleans(), st.none()),
        "score": number,
        "extra": st.integers(),
        "more": st.sampled_from(["x", None]),
        "status": st.sampled_from(["free", None]),
        "customer": st.just("c-1"),
    },
)
good_parts: dict[str, st.SearchStrategy[Any]] = {
    "id": st.sampled_from(["a", "b", 5, None]),
    "event_id": st.sampled_from(["c", None]),
    "latency": st.one_of(st.floats(0, 2), st.none()),
    "error": st.sampled_from([True, False, "", "timeout", None]),
    "entity": st.sampled_from(["e1", "", 7, None]),
    "segment": st.sampled_from([{"country": "NO"}, {}, None]),
    "label": st.integers(),
    "unknown": st.sampled_from([1, "x"]),
    "when": times,
    "who": st.sampled_from(["w", None]),
    "region": st.sampled_from(["n", "s", None]),
}
statuses = st.sampled_from([200, 404, 503, "503", "UNAVAILABLE", "teapot", None])
predictions = {
    "churn": number,
    "vector": st.one_of(st.none(), st.lists(number, min_size=2, max_size=2)),
    "map": st.one_of(
        st.none(), st.fixed_dictionaries({}, optional={"no": number, "yes": st.sampled_from(["a", "free"])})
    ),
    "roles": number,
    "open": number,
}
versions = {"churn": ["3", 3], "vector": ["1", 1], "map": ["", None], "roles": ["7", 7], "open": ["1"]}


@st.composite
def good(draw: st.DrawFn, shape: str) -> dict[str, Any]:
    """A record as it should be, in one of the shapes, for one of the models."""
    model = draw(st.sampled_from(sorted(predictions)))
    record = {"model": model, "version": draw(st.sampled_from(versions[model])), "time": draw(times)}
    record |= draw(st.fixed_dictionaries({}, optional=good_parts))
    if draw(st.booleans()):
        record["status"] = draw(st.sampled_from(["free", None]) if (shape, model) == ("flat", "roles") else statuses)
    if draw(st.booleans()):
        record["prediction"] = draw(predictions[model])
    values = draw(good_features)
    return record | ({"features": values} if shape == "native" else {k: v for k, v in values.items() if k != "status"})


@st.composite
def spoilt(draw: st.DrawFn, shape: str) -> dict[str, Any]:
    """A record with one or two things changed, added or taken away."""
    record = draw(good(shape))
    keys = sorted({*record, "captureData", "version", "segment", "prediction", "time"})
    for key in draw(st.lists(st.sampled_from(keys), min_size=1, max_size=2)):
        if draw(st.booleans()) and isinstance(record.get("features"), dict):
            record["features"] = record["features"] | {draw(st.sampled_from(names)): draw(odd)}
        elif draw(st.integers(0, 3)):
            record[key] = draw(odd)
        else:
            record.pop(key, None)
    return record


single = st.sampled_from(["native", "flat"]).flatmap(lambda shape: st.one_of(good(shape), good(shape), spoilt(shape)))
records = st.one_of(
    single, single, single, single, single, st.lists(single, max_size=3), st.dictionaries(st.sampled_from(names), odd)
)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    documents=st.lists(records, min_size=1, max_size=6),
    format_name=st.sampled_from(["auto", "auto", "auto", "native", "flat"]),
    static=st.sampled_from([(None, None), ("churn", "3"), ("map", None)]),
    keys=st.sampled_from([None, [b"k"], [b"a", b"b"]]),
)
def test_typed_and_careful_path_agree(documents: list[Any], format_name: object, static: object, keys: object) -> None:
    topic = CaptureTopic("captures", format=format_name, model=static[0], version=static[1])
    values = [json.dumps(document).encode() for document in documents]
    batch = batch_of(
        *values, keys=None if keys is None else (keys * 6)[: len(values)], timestamps=[TIME + 5] * len(values)
    )
    wanted = plain(slowly(batch, topic, LOOKUP))
    decoder = CaptureDecoder(topic, LOOKUP)
    assert plain(decoder.decode(batch)) == wanted
    for _ in range(9):  # long enough for unknown names to be learned
        decoder.decode(batch)
    assert plain(decoder.decode(batch)) == wanted


@settings(max_examples=60, deadline=None)
@given(documents=st.lists(records, min_size=2, max_size=8), cut=st.integers(1, 7))
def test_batches_do_not_matter(documents: list[Any], cut: int) -> None:
    values = [json.dumps(document).encode() for document in documents]
    cut = min(cut, len(values) - 1)
    decoder = CaptureDecoder(CaptureTopic("captures"), LOOKUP)
    whole = plain(CaptureDecoder(CaptureTopic("captures"), LOOKUP).decode(batch_of(*values)))
    parts = [
        plain(decoder.decode(batch_of(*values[:cut]))),
        plain(decoder.decode(batch_of(*values[cut:], start=100 + cut))),
    ]
    assert [reject for part in parts for reject in part["rejects"]] == whole["rejects"]
    for named in {block["named"] for block in whole["blocks"]}:
        pieces = [block for part in parts for block in part["blocks"] if block["named"] == named]
        joined = [block for block in whole["blocks"] if block["named"] == named]
        for field in ("places", "times", "ids"):
            assert [each for piece in pieces for each in piece[field]] == joined[0][field]


TRICKY = [
    {"latency": -1},
    {"latency": True},
    {"id": ""},
    {"id": "x" * 129},
    {"id": 10**200},
    {"captureData": {}},
    {"captureData": None},
    {"prediction": [0.5]},
    {"prediction": {"score": 0.5}},
    {"prediction": {"other": 0.5}},
    {"segment": {"a": 1, "b": "x" * 201, "c": True, "d": None}},
    {"segment": {str(place): "v" for place in range(9)}},
    {"time": 1_700_000_000},
    {"time": 1_700_000_000.5},
    {"time": 10**19},
    {"version": 3.0},
    {"status": 200.0},
    {"features": {"age": 1, "churned": True, "customer": "c"}},
    {"features": {"age": 1, "x" * 257: 1}},
    {"features": {f"extra{place}": place for place in range(70)}},
    {"features": {"age": 1, "plan": "x" * 2000}},
]


@pytest.mark.parametrize("change", TRICKY, ids=repr)
def test_tricky_records_are_judged_alike(change: dict[str, Any]) -> None:
    topic = CaptureTopic("captures")
    batch = batch_of(*[encoded(**change)] * 10, encoded())
    wanted = plain(slowly(batch, topic, LOOKUP))
    decoder = CaptureDecoder(topic, LOOKUP)
    assert plain(decoder.decode(batch)) == wanted
    assert plain(decoder.decode(batch)) == wanted


@pytest.mark.parametrize(
    "value",
    [
        encoded().replace(b'"model"', b'"model": "other", "model"'),
        encoded().replace(b'"age"', b'"age": "old", "age"'),
        encoded().replace(b'"features"', b'"features": null, "features"'),
        encoded().replace(b'"age"', b'"\\u0061ge"'),
    ],
    ids=["model twice", "feature twice", "features twice", "escaped key"],
)
def test_of_a_key_that_comes_twice_the_last_counts(value: bytes) -> None:
    topic = CaptureTopic("captures")
    wanted = plain(CaptureDecoder(topic, LOOKUP).decode(batch_of(encoded())))
    assert plain(CaptureDecoder(topic, LOOKUP).decode(batch_of(value))) == wanted
    assert plain(slowly(batch_of(value), topic, LOOKUP)) == wanted


@pytest.mark.parametrize(
    "document", [b'{"unknown": "\xff"}', b'{"unknown": 1e400}', b'{"unknown": ' + b"1" * 5000 + b"}"]
)
def test_what_the_typed_path_skips_is_judged_alike(document: bytes) -> None:
    rest = b'"model":"churn","version":"3","time":1714564800000,"features":{"age":1},"prediction":0.5}'
    value = document[:-1] + b"," + rest
    topic = CaptureTopic("captures")
    assert plain(CaptureDecoder(topic, LOOKUP).decode(batch_of(value))) == plain(slowly(batch_of(value), topic, LOOKUP))
