"""SageMaker captures that are read many at a time come out as those that are read one by one."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from driftline.baseline.model import Kind, Role
from driftline.contracts import requests as gathering
from driftline.contracts.bulkcells import text_categories, text_numbers
from driftline.contracts.capture import CaptureTopic, FormatName, Headers
from driftline.contracts.cells import text_category, text_number
from driftline.contracts.decoder import CaptureDecoder
from driftline.contracts.positions import Order
from driftline.contracts.schema import MISTYPED_VALUE
from support.captures import (
    CHURN,
    NUMBER,
    TEXT,
    TIME,
    batch_of,
    encoded,
    lookup_of,
    monitored,
    plain,
    schema_of,
    slowly,
)

FEATURES = {name: CHURN[name] for name in ("age", "income", "plan", "active")}
WORDS = {**FEATURES, "answer": (Role.PREDICTION, TEXT), "sure": (Role.PREDICTION, NUMBER)}
WRAPPED = {"age": CHURN["age"], "data": (Role.ID, Kind.STRING), "score": CHURN["score"]}
LOOKUP = lookup_of(
    schema_of(CHURN),
    schema_of(WORDS, "words", "1"),
    schema_of(FEATURES, "blind", ""),
    schema_of(WRAPPED, "wrapped", "1"),
    monitored(),
)

odd_cells = [
    "",
    " ",
    "+5",
    "- 5",
    " 7",
    "1_000",
    ".5",
    "5.",
    "-.5",
    "1.e3",
    "1e400",
    "-0",
    "007",
    "1e5",
    "1E+05",
    "NaN",
    "inf",
]
odd_cells += [
    "true",
    "false",
    "True",
    "free",
    "paid",
    "é",
    "١٢",
    "a b",
    "null",
    "--1",
    "1-2",
    "0x10",
    "9" * 30,
    "\x0b",
    "\x85",
]
cell = st.one_of(st.sampled_from(odd_cells), st.floats(-100, 100).map(str), st.integers(-9, 99).map(str))
odd_values = ["free", "other", "", "5", "5.0", "1e3", 3.0, [1], {}, {"a": [2]}]
value = st.one_of(st.none(), st.booleans(), st.integers(-9, 10**20), st.floats(), st.sampled_from(odd_values))


@st.composite
def csv_side(draw: st.DrawFn, width: int) -> tuple[str, str]:
    width = draw(st.sampled_from([width, width, width, width, 4, 5, 1]))
    line = ",".join(draw(st.lists(cell, min_size=width, max_size=width)))
    text = draw(st.sampled_from(["{}", "{}", "{}", "{}\n", "{}\r\n", '"{}"', "{}\n{}", "\n{}", ""])).replace("{}", line)
    return text, "CSV"


@st.composite
def json_side(draw: st.DrawFn, keys: list[str]) -> tuple[str, str]:
    values = draw(st.fixed_dictionaries({}, optional=dict.fromkeys([*keys, "new", "data"], value)))
    values = draw(
        st.sampled_from(
            [values, values, values, [values], {"instances": [values]}, {"features": [1, 2]}, [1, 2.5], 0.5]
        )
    )
    text = json.dumps(values)
    return draw(st.sampled_from(["{}", "{}", "{}", " {}", "{}x", "{}\n{}", ""])).replace("{}", text), "JSON"


@st.composite
def side(draw: st.DrawFn, width: int, keys: list[str]) -> dict[str, object]:
    text, encoding = draw(st.one_of(csv_side(width), json_side(keys)))
    if draw(st.booleans()):
        text, encoding = base64.b64encode(text.encode()).decode() + draw(st.sampled_from(["", "", "", "!"])), "BASE64"
    media = st.sampled_from(
        [None, None, "text/csv; charset=utf-8", "text/csv; charset=latin-1", "application/json", "x", 5]
    )
    encoding = draw(st.sampled_from([encoding] * 9 + ["XML", None]))
    return {"data": text, "encoding": encoding, "mode": "INPUT", "observedContentType": draw(media)}


@st.composite
def requests(draw: st.DrawFn) -> dict[str, Any]:
    model, version = draw(
        st.sampled_from(
            [("churn", "3"), ("churn", "3"), ("words", "1"), ("blind", ""), ("wrapped", "1"), ("none", "")]
            + [("watched", "1")] * 5
        )
    )
    widths = {"churn": (4, 1), "words": (4, 2), "blind": (4, 1), "watched": (4, 1)}
    width, answers = widths.get(model, (2, 1))
    keys = ["age", "income", "plan", "active", "score", "answer", "sure"]
    data = {"endpointInput": draw(side(width, keys))}
    if draw(st.integers(0, 4)):
        data["endpointOutput"] = draw(side(answers, keys))
    times = st.sampled_from(["2024-05-01T12:00:00Z"] * 6 + ["2024-05-01T12:00:00.5+02:00", "yesterday", TIME])
    metadata = {"inferenceTime": draw(times), "eventId": draw(st.sampled_from(["e", "f", "", None, 5, "x" * 200]))}
    metadata |= draw(st.fixed_dictionaries({}, optional={"inferenceId": st.sampled_from(["i", "", None])}))
    attributes = [
        [f"model={model}", f"version={version}"],
        [f'{{"model": "{model}", "version": "{version}"}}'],
        "x",
        None,
    ]
    metadata["customAttributes"] = draw(st.sampled_from([attributes[0]] * 5 + attributes))
    if draw(st.booleans()):
        metadata |= {"endpointName": model, "variantName": version}
    return {"captureData": data, "eventMetadata": metadata, "eventVersion": "0"}


@pytest.fixture(autouse=True, scope="module")
def together() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gathering, "WORTH_GATHERING", 1)
        yield


def same(values: list[bytes], topic: CaptureTopic, headers: Sequence[Headers | None] | None = None) -> None:
    batch = batch_of(*values, headers=headers, timestamps=[TIME] * len(values))
    wanted = plain(slowly(batch, topic, LOOKUP))
    decoder = CaptureDecoder(topic, LOOKUP)
    for _ in range(2):
        assert plain(decoder.decode(batch)) == wanted


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    documents=st.lists(requests(), min_size=1, max_size=8),
    format_name=st.sampled_from(["auto", "sagemaker"]),
    order=st.sampled_from(["first", "last"]),
    ascii_only=st.booleans(),
)
def test_read_together_or_one_by_one(
    documents: list[Any], format_name: FormatName, order: Order, ascii_only: bool
) -> None:
    topic = CaptureTopic("captures", format=format_name, output_columns=order)
    same([json.dumps(document, ensure_ascii=ascii_only).encode() for document in documents] + [encoded()], topic)


def request(came: str, went: str | None = "0.5", encoding: str = "CSV", **metadata: object) -> bytes:
    data = {"endpointInput": {"data": came, "encoding": encoding}}
    if went is not None:
        data["endpointOutput"] = {"data": went, "encoding": encoding}
    whole = {"inferenceTime": "2024-05-01T12:00:00Z", "eventId": "e", "endpointName": "churn", "variantName": "3"}
    return json.dumps({"captureData": data, "eventMetadata": whole | metadata}).encode()


PLAIN = [
    request("41,12.5,free,true"),
    request("41,,other,\n", None),
    request(base64.b64encode(b"41,12.5,free,true").decode(), base64.b64encode(b"1").decode(), "BASE64"),
    request('{"age": 41, "plan": "free"}', '{"score": 0.5}', "JSON"),
    request('{"age": 41, "active": null}', "[0.5]", "JSON"),
    request('{"age": 41}', '{"predictions": [{"score": 0.5}]}', "JSON"),
]


@pytest.mark.parametrize("value", PLAIN)
def test_what_is_plain_is_read_together(value: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    topic = CaptureTopic("captures", format="sagemaker")
    same([value] * 3, topic)
    decoder = CaptureDecoder(topic, LOOKUP)
    monkeypatch.setattr(decoder._slow, "read", lambda *_: pytest.fail("read by itself"))
    assert len(decoder.decode(batch_of(*[value] * 3)).blocks[0]) == 3


def test_headers_name_the_model() -> None:
    unnamed = request("41,12.5,free,true", endpointName=None, variantName=None)
    named = [("driftline-model", b"churn"), ("Driftline-Version", b"3")]
    headers = [named, None, [], [("driftline-model", None)], named]
    same([unnamed] * 5, CaptureTopic("captures", format="sagemaker"), headers)


@pytest.mark.parametrize(
    "value",
    [
        request("41,12.5,free,true").replace(b'"eventId"', b'"eventId": "first", "eventId"'),
        request("41,12.5,free,true").replace(b'"data"', b'"data": "1,1,paid,false", "data"', 1),
        request("41,12.5,free,true").replace(b"{", b'{"other": "\xff", ', 1),
        request("41,12.5,free,true").replace(b"{", b'{"other": 1e400, ', 1),
        request("41,12.5,free,true").replace(b"{", b'{"other": ' + b"1" * 5000 + b", ", 1),
        request("41,12.5,free,true").replace(b"{", b'{"other": "\\ud800", ', 1),
        request("41,12.5,free,true")[:-1],
        b"[" + request("41,12.5,free,true") + b"]",
        request('{"age": NaN, "age": 5}', None, "JSON"),
        request('{"age": 5, "\\ud800": 5}', None, "JSON"),
        request("[" * 100_000, None, "JSON"),
        request('{"age": 5, "score": 1}', '{"score": 0.5}', "JSON"),
        request('{"age": 5}', '{"age": 7}', "JSON"),
        request('{"age": 5}', '{"score": [1]}', "JSON"),
    ],
)
def test_tricky_requests_are_judged_alike(value: bytes) -> None:
    same([request("1,2,paid,false"), value, request("1,2,paid,false")], CaptureTopic("captures"))


@given(st.lists(cell, min_size=1))
@example(["5", "5.", "x"])
@example(["1e309", "-1e309"])
def test_a_column_of_cells_is_as_its_cells(cells: list[str]) -> None:
    one_by_one = [text_number(cell) for cell in cells]
    numbers, mistyped = text_numbers(cells)
    assert mistyped == [row for row, found in enumerate(one_by_one) if found is MISTYPED_VALUE]
    assert list(map(repr, numbers.tolist())) == [
        repr(found) if isinstance(found, float) else "nan" for found in one_by_one
    ]
    for boolean in (False, True):
        assert list(text_categories(cells, boolean=boolean)) == [text_category(cell, boolean=boolean) for cell in cells]
