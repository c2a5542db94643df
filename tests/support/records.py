"""Records of four models in two shapes, good and spoilt, as hypothesis makes them up."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from driftline.baseline.model import Role
from support.captures import CHURN, NUMBER, TEXT, TIME, lookup_of, schema_of

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
