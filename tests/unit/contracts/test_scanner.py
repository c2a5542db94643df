"""The compiled scanner makes of every record what the careful path makes of it; what it is not sure of it leaves alone."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

pytest.importorskip("numba", reason="the extra 'fast' is not installed")

from driftline.baseline.model import Role
from driftline.contracts import plan as plans
from driftline.contracts.capture import CaptureTopic, Decoded
from driftline.contracts.decoder import CaptureDecoder
from driftline.contracts.scan import ready
from driftline.contracts.scan.numbers import number
from driftline.contracts.scan.scanner import Scanner
from driftline.contracts.schema import Schema
from driftline.contracts.table import Table, Taken
from support.captures import (
    CHURN,
    NUMBER,
    TEXT,
    TIME,
    TRUTH,
    batch_of,
    capture,
    encoded,
    lookup_of,
    plain,
    schema_of,
    slowly,
)
from support.records import LOOKUP, records

WORDS = {"age": CHURN["age"], "answer": (Role.PREDICTION, TEXT)}
TRUTHS = {"age": CHURN["age"], "prediction": (Role.PREDICTION, TRUTH), "été": (Role.FEATURE, NUMBER)}
ALL = lookup_of(schema_of(WORDS, "words", "1"), schema_of(TRUTHS, "truths", "1"))


def lookup(model: str, version: str) -> Schema | None:
    return LOOKUP(model, version) or ALL(model, version)


IS_OVER = ready.Pause.is_over


@pytest.fixture(autouse=True, scope="module")
def scanner() -> Iterator[None]:
    assert not ready.prepare()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plans, "WORTH_SCANNING", 1)
        patch.setattr(ready.Pause, "is_over", lambda _: True)
        yield
    ready.retire()


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many records the scanner takes, call by call."""
    counts: list[int] = []
    read = Scanner.read

    def counting(self: Scanner, values: list[bytes], out: Decoded) -> tuple[Table, Taken]:
        table, mask = read(self, values, out)
        counts.append(int(mask.sum()))
        return table, mask

    monkeypatch.setattr(Scanner, "read", counting)
    return counts


def same(values: list[bytes], topic: CaptureTopic, times: int = 2) -> None:
    batch = batch_of(*values, timestamps=[TIME + 5] * len(values))
    wanted = plain(slowly(batch, topic, lookup))
    decoder = CaptureDecoder(topic, lookup)
    for _ in range(times):
        assert plain(decoder.decode(batch)) == wanted


@st.composite
def dumped(draw: st.DrawFn, document: object) -> bytes:
    """A document as one of the ways in which producers write it."""
    style = draw(st.sampled_from([{}, {"separators": (",", ":")}, {"indent": 1}, {"ensure_ascii": False}]))
    return json.dumps(document, **style).encode("utf-8", "surrogatepass")


@st.composite
def maimed(draw: st.DrawFn, value: bytes) -> bytes:
    """Bytes with something put in, taken out or repeated."""
    place = draw(st.integers(0, len(value)))
    match draw(st.integers(0, 4)):
        case 0:
            return value[:place] + draw(st.sampled_from(HOSTILE)) + value[place:]
        case 1:
            return value[:place] + value[place + draw(st.integers(1, 3)) :]
        case 2:
            end = draw(st.integers(place, len(value)))
            return value[:end] + value[place:end] + value[end:]
        case 3:
            return value[:place] + draw(st.sampled_from(HOSTILE)) + value[place + 1 :]
        case _:
            return value


HOSTILE = [
    b'"',
    b"\\",
    b",",
    b":",
    b"{",
    b"}",
    b"[",
    b"]",
    b"0",
    b"-",
    b".",
    b"e",
    b"E+5",
    b"\x00",
    b"\x1f",
    b" ",
    b"\n",
]
HOSTILE += [
    b"\xff",
    b"\xc3",
    b"\xa9",
    b"\xed\xa0\x80",
    b"null",
    b"true",
    b"NaN",
    b"1e400",
    b"\\u0041",
    b"\\ud800",
    b"/",
]
HOSTILE += [
    b'"model":"churn",',
    b'"age":1,',
    b'"features":{},',
    b',"age":"x"',
    b'"captureData":1,',
    b"9" * 25,
    b"\xef\xbb\xbf",
]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    values=st.lists(records.flatmap(dumped), min_size=1, max_size=6),
    format_name=st.sampled_from(["auto", "auto", "auto", "native", "flat"]),
    static=st.sampled_from([(None, None), ("churn", "3"), ("map", None)]),
)
def test_scanned_and_careful_path_agree(values: list[bytes], format_name: object, static: object) -> None:
    topic = CaptureTopic("captures", format=format_name, model=static[0], version=static[1])
    same(values, topic, times=11)  # long enough for unknown names to be learned


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(values=st.lists(records.flatmap(dumped).flatmap(maimed).flatmap(maimed), min_size=1, max_size=5))
def test_maimed_bytes_are_judged_alike(values: list[bytes]) -> None:
    same([encoded(), *values, encoded()], CaptureTopic("captures"))


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.floats(allow_nan=False, allow_infinity=False).map(repr),
            st.floats(-1e6, 1e6).map(repr),
            st.integers(-(10**22), 10**22).map(str),
            st.from_regex(r"-?(0|[1-9][0-9]{0,25})(\.[0-9]{1,25})?([eE][+-]?[0-9]{1,3})?", fullmatch=True),
            st.from_regex(r"[-+0-9.eE]{1,8}", fullmatch=True),
        ),
        min_size=1,
        max_size=20,
    )
)
@example(["18446744073709551616", "184467440737095516160", "0.18446744073709551616", "36893488147419103232e-3"])
def test_numbers_of_every_spelling(texts: list[str]) -> None:
    same([encoded(features={"age": 7.5}).replace(b"7.5", text.encode()) for text in texts], CaptureTopic("captures"))


@settings(deadline=None)
@given(st.integers(2**52, 2**53 - 1), st.integers(-25, 25), st.integers(-1, 1))
def test_numbers_beside_the_middle_of_two_floats(mantissa: int, power: int, beside: int) -> None:
    middle = Fraction(2 * mantissa + 1, 2) * Fraction(2) ** power
    digits = int(middle * 10 ** max(0, -power + 1)) + beside
    text = f"{digits}e{-max(0, -power + 1)}"
    value, end, _ = number(np.frombuffer(text.encode() + bytes(8), dtype=np.uint8), 0)
    assert end in {-1, len(text)}
    if end > 0:
        assert struct.pack("d", value) == struct.pack("d", float(text))


def test_what_is_usual_is_taken(taken: list[int]) -> None:
    usual = [
        encoded(),
        encoded(features={"income": 0.1234567890123456, "age": 3, "plan": "paid"}, latency=0.2, status=200, error=None),
        encoded(time="2024-05-01T12:00:00Z", entity="e", segment={"country": "NO"}, id=5),
        json.dumps(capture(note="é", features={"plan": "größer"}), ensure_ascii=False).encode(),
        json.dumps(json.loads(encoded()), separators=(",", ":")).encode(),
        json.dumps(json.loads(encoded()), indent=2).encode(),
        encoded(features={"age": None, "plan": "other", "active": False}, event_id="x"),
    ]
    same(usual * 3, CaptureTopic("captures"))
    assert taken == [len(usual) * 3] * 2


@pytest.mark.parametrize("change", [{"id": ""}, {"latency": -1}, {"version": 3.0}, {"extra": [1]}, {"captureData": 1}])
def test_what_is_unusual_is_left(change: dict[str, Any], taken: list[int]) -> None:
    same([encoded(), encoded(**change), encoded()], CaptureTopic("captures"))
    assert set(taken) == {2}


@pytest.mark.parametrize(
    ("model", "predictions"),
    [
        ("words", ["yes", "free", None, "é"]),
        ("truths", [True, False, None]),
        ("vector", [[0.5, 1], [None, 1], None, [1]]),
        ("map", [{"no": 1.5}, {"yes": "a"}, {}]),
    ],
)
def test_predictions_of_every_kind(model: str, predictions: list[Any]) -> None:
    version = {"map": ""}.get(model, "1")
    own = [{}, {"answer": "free"}, {"answer": None}, {"prediction": True}, {"été": 2.5}, {"prediction[1]": 0.25}]
    values = [
        json.dumps({"model": model, "version": version, "time": TIME, "features": held, "prediction": each}).encode()
        for each in predictions
        for held in own
    ]
    same(values, CaptureTopic("captures"))


def test_a_record_that_is_cut_off_does_not_touch_the_next(taken: list[int]) -> None:
    whole = encoded()
    values = [piece for cut in range(len(whole)) for piece in (whole[:cut], whole)]
    same(values, CaptureTopic("captures"))
    assert set(taken) == {len(whole)}


def test_json_test_suite(shared_data: Path) -> None:
    files = sorted((shared_data / "badinput" / "json_test_suite").glob("test_*/*.json"))
    assert len(files) > 300
    bodies = [file.read_bytes() for file in files]
    values = [encoded(features={"age": "X"}).replace(b'"X"', body) for body in bodies]
    values += [encoded(other="X").replace(b'"X"', body) for body in bodies]
    values += [encoded(features={"plan": "X"}).replace(b'"X"', body) for body in bodies]
    same([value for value in values if len(value) < 10_000], CaptureTopic("captures"))


def test_naughty_strings(shared_data: Path) -> None:
    strings = json.loads((shared_data / "badinput" / "blns" / "blns.json").read_text("utf-8"))
    documents = [{"plan": text, **({text: 1} if text else {})} for text in strings]
    values = [
        json.dumps(json.loads(encoded(features=held, id=text, entity=text)), ensure_ascii=False).encode()
        for held, text in zip(documents, strings, strict=True)
    ]
    same(values, CaptureTopic("captures"), times=11)


def test_scans_in_vain_are_given_up_and_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ready.Pause, "is_over", IS_OVER)
    pause, tried = ready.Pause(), []
    for batch in range(40):
        if pause.is_over():
            tried.append(batch)
            pause.note(good=batch == 10)
    assert tried == [0, 2, 5, 10, 11, 13, 16, 21, 30]
