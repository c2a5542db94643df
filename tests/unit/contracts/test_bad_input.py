"""The table of bad input: what becomes of each, and that nothing is ever raised or lost."""

from __future__ import annotations

import gzip
import json
import math
import pickle
from pathlib import Path

import pytest

from driftline.contracts.capture import CaptureTopic, Columns, OpenRows
from driftline.contracts.decoder import CaptureDecoder
from driftline.contracts.envelope import id_digest
from driftline.stats.columns import MISSING, MISTYPED, UNSEEN
from support.captures import CHURN, TIME, batch_of, capture, decode, encoded, lookup_of, only, schema_of

AGE, INCOME = 0, 1
PLAN = 0


def raw(age: str) -> bytes:
    """A good capture with these very characters as the age."""
    return encoded().replace(b"41", age.encode())


def columns(value: bytes) -> Columns:
    found = only(decode(value)).columns
    assert isinstance(found, Columns)
    return found


REFUSED: list[tuple[str, bytes, str]] = [
    ("empty", b"", "not_json"),
    ("blank", b" \n", "not_json"),
    ("cut off", encoded()[:-9], "not_json"),
    ("trailing garbage", encoded() + b"x", "not_json"),
    ("two documents", encoded() + encoded(), "not_json"),
    ("single quotes", b"{'model': 1}", "not_json"),
    ("trailing comma", b'{"model": "m",}', "not_json"),
    ("comment", b'{"model": "m" /* x */}', "not_json"),
    ("byte order mark", b"\xef\xbb\xbf" + encoded(), "not_json"),
    ("UTF-16", encoded().decode().encode("utf-16"), "not_utf8"),
    ("UTF-16 without mark", encoded().decode().encode("utf-16-le"), "not_json"),
    ("bad byte in a value", encoded(id="X").replace(b"X", b"\xff"), "not_utf8"),
    ("bad byte in a skipped value", encoded(other="X").replace(b"X", b"\xff"), "not_utf8"),
    ("surrogates as bytes", encoded(other="X").replace(b"X", b"\xed\xa0\x80"), "not_utf8"),
    ("gzip", gzip.compress(encoded()), "not_utf8"),
    ("schema registry", b"\x00\x00\x00\x00\x01" + encoded(), "not_json"),
    ("Avro", b"Obj\x01" + encoded(), "not_json"),
    ("pickle", pickle.dumps({"a": 1}), "not_utf8"),
    ("deep arrays", b"[" * 100_000 + b"]" * 100_000, "too_deep"),
    ("deep objects", b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "too_deep"),
    ("deep in a feature", raw("[" * 100_000 + "]" * 100_000), "too_deep"),
    ("a string", b'"model"', "not_object"),
    ("a number", b"1", "not_object"),
    ("null", b"null", "not_object"),
    ("empty array", b"[]", "no_rows"),
    ("5,000 digits", raw("1" * 5000), "long_number"),
    ("lone surrogate", encoded(other="X").replace(b"X", b"\\ud800"), "lone_surrogate"),
    ("features null", encoded(features=None), "features"),
    ("features a list", encoded(features=[1]), "features"),
    ("features text", encoded(features="x"), "features"),
    ("empty feature name", encoded(features={"": 1}), "empty_name"),
    ("no model", encoded(model=...), "no_model"),
    ("model null", encoded(model=None), "no_model"),
    ("model empty", encoded(model=""), "no_model"),
    ("model a list", encoded(model=["churn"]), "model"),
    ("model of 5 kB", encoded(model="m" * 5000), "model"),
    ("model with a line break", encoded(model="a\nb"), "model"),
    ("version true", encoded(version=True), "version"),
    ("version of 5 kB", encoded(version="v" * 5000), "version"),
    ("time in seconds", encoded(time=1_714_564_800), "time_seconds"),
    ("time in float seconds", encoded(time=1_714_564_800.25), "time_seconds"),
    ("time negative", encoded(time=-5), "time_range"),
    ("time beyond 64 bits", encoded(time=10**30), "time_range"),
    ("time NaN", encoded(time=math.nan), "time"),
    ("time 1e400", encoded().replace(str(TIME).encode(), b"1e400"), "time"),
    ("time true", encoded(time=True), "time"),
    ("time a list", encoded(time=[1]), "time"),
    ("time null", encoded(time=None), "time"),
    ("time without zone", encoded(time="2024-05-01T12:00:00"), "time_zone"),
    ("leap second", encoded(time="2016-12-31T23:59:60Z"), "time"),
    ("30 February", encoded(time="2024-02-30T00:00:00Z"), "time"),
    ("yesterday", encoded(time="yesterday"), "time"),
    ("time in a string of digits", encoded(time=str(TIME)), "time"),
    ("no time, no timestamp", encoded(time=...), "no_time"),
    ("Faust's envelope", b'{"__faust": {"ns": "x"}}', "no_model"),
    ("flat list of features", json.dumps(capture(features=...) | {"model": {}}).encode(), "model"),
]


@pytest.mark.parametrize(("value", "reason"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_refused_with_a_reason(value: bytes, reason: str) -> None:
    decoded = decode(encoded(), value, encoded(id="e-2"))
    assert [(reject.offset, reject.reason) for reject in decoded.rejects] == [(101, reason)]
    assert decoded.blocks[0].offset.tolist() == [100, 102]


MISTYPED_NUMBERS = [
    "true",
    "false",
    '"12.5"',
    '" 7 "',
    '"1_000"',
    '"１２"',
    '"٣"',
    '"NaN"',
    '"inf"',
    '"Infinity"',
    '""',
    '"0x10"',
]
MISTYPED_NUMBERS += ["[1]", "{}", '"2024-05-01"', "Infinity", "-Infinity", "1e400", "-1e400", "1" + "0" * 400]


@pytest.mark.parametrize("age", MISTYPED_NUMBERS)
def test_no_number_is_present_and_mistyped(age: str) -> None:
    found = columns(raw(age))
    assert math.isnan(found.numeric[AGE, 0])
    assert found.mistyped.tolist() == [[AGE, 0]]
    assert found.numeric[INCOME, 0] == 12.5


@pytest.mark.parametrize("age", ["null", "NaN"])
def test_null_and_nan_are_missing(age: str) -> None:
    found = columns(raw(age))
    assert math.isnan(found.numeric[AGE, 0])
    assert not len(found.mistyped)


@pytest.mark.parametrize(
    ("age", "value"),
    [
        ("1.0", 1.0),
        ("-0.0", 0.0),
        ("-0", 0.0),
        ("1e-400", 0.0),
        ("5e-324", 5e-324),
        ("1.797e308", 1.797e308),
        ("9007199254740993", 9007199254740992.0),
        ("18446744073709551616", 2.0**64),
        ("1" + "0" * 30, 1e30),
        ("-200", -200.0),
    ],
)
def test_unusual_numbers_are_numbers(age: str, value: float) -> None:
    found = columns(raw(age))
    assert found.numeric[AGE, 0] == value
    assert not len(found.mistyped)


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e400"])
def test_nonstandard_json_is_counted(value: str) -> None:
    assert decode(raw(value), encoded()).nonstandard == 1


@pytest.mark.parametrize(
    "plan", ["null", "None", "nan", "", "NULL", "a\0b", "a\nb", "\x1b[31m", "\u202e", "<script>", "é", "e\u0301"]
)
def test_strange_strings_are_categories(plan: str) -> None:
    found = columns(encoded(features={"plan": plan}))
    assert found.codes[PLAN, 0] == UNSEEN
    assert len(found.unseen) == 1


@pytest.mark.parametrize("plan", [1, 1.5, True, [], {}])
def test_no_string_is_mistyped_in_a_text_column(plan: object) -> None:
    assert columns(encoded(features={"plan": plan})).codes[PLAN, 0] == MISTYPED


def test_categories_differ_by_case_space_and_normal_form() -> None:
    plans = ["x", "X", " x", "x ", "x\u200b", "\u00e9", "e\u0301"]
    found = only(decode(*[encoded(features={"plan": plan}) for plan in plans])).columns
    assert len({known for _, _, known in found.unseen}) == len(plans)


def test_tombstones_are_ignored() -> None:
    decoded = decode(None, encoded(), None)
    assert decoded.ignored == [100, 102]
    assert only(decoded).offset.tolist() == [101]


@pytest.mark.parametrize(
    "value", [json.dumps({str(n): n for n in range(1_000_000)}).encode(), b'"' + b"x" * 9_000_000 + b'"']
)
def test_too_large_is_refused_before_parsing(value: bytes) -> None:
    (reject,) = decode(value).rejects
    assert reject.reason == "too_large"
    assert str(len(value)) in reject.message


def test_unknown_keys_and_another_order_do_no_harm() -> None:
    record = capture(extra={"a": [1]}, __faust={"ns": "x"}, label=1)
    assert only(decode(json.dumps(dict(reversed(record.items()))).encode())).ids == ["e-1"]


def test_no_features_is_a_row_of_missing_values() -> None:
    found = columns(encoded(features={}, prediction=...))
    assert all(math.isnan(value) for value in found.numeric[:, 0].tolist())
    assert found.codes[:, 0].tolist() == [MISSING, MISSING]


def test_hostile_names_are_names() -> None:
    names = ["__proto__", "constructor", "../../etc/passwd", 'x"} 1\nfake_metric 1', "a-b", "a.b", "a_b", "É", "other"]
    found = columns(encoded(features=dict.fromkeys(names, 1)))
    assert sorted(found.extras) == sorted(names)


def test_long_names_and_many_names_are_capped_and_counted() -> None:
    decoded = decode(encoded(features={f"f{n}": n for n in range(10_000)} | {"x" * 5000: 1}))
    found = only(decoded).columns
    assert isinstance(found, Columns)
    assert len(found.extras) == 64
    assert decoded.counted == {"extras_over_cap": 10_000 - 64, "long_name": 1}


def test_values_of_an_unknown_model_are_capped_and_counted() -> None:
    decoded = decode(encoded(model="new", features={f"f{n}": n for n in range(10_010)}, prediction=...))
    found = only(decoded).columns
    assert isinstance(found, OpenRows)
    assert len(found.rows[0]) == 10_000
    assert decoded.counted == {"features_over_cap": 10}


def test_a_new_name_in_each_record_keeps_memory_flat() -> None:
    decoder = CaptureDecoder(CaptureTopic("captures"), lookup_of(schema_of(CHURN)))
    for start in range(0, 5000, 500):
        values = [encoded(features={"age": 1, f"new{n}": 1}) for n in range(start, start + 500)]
        assert len(decoder.decode(batch_of(*values)).blocks[0]) == 500
    assert all(len(counts) <= 1000 for counts in decoder._plans._candidates.values())
    assert all(len(names) <= 64 for names in decoder._plans._learned.values())


def test_long_categories_are_counted() -> None:
    decoded = decode(encoded(features={"plan": "x" * 70_000}))
    assert only(decoded).columns.codes[PLAN, 0] == UNSEEN
    assert decoded.counted == {"long_text": 1}


def test_versions_one_and_one_as_text_are_the_same() -> None:
    decoded = decode(encoded(version=3), encoded(version="3"))
    assert [(block.version, len(block)) for block in decoded.blocks] == [("3", 2)]


@pytest.mark.parametrize(
    ("given", "kept"), [(..., None), (None, None), ("", None), (5, "5"), ("x" * 129, id_digest("x" * 129))]
)
def test_event_ids(given: object, kept: str | None) -> None:
    assert only(decode(encoded(id=given))).ids == [kept]


@pytest.mark.parametrize("part", ["id", "latency", "status", "error", "entity", "segment"])
def test_an_unusable_part_is_left_out_and_counted(part: str) -> None:
    decoded = decode(encoded(**{part: [1]}))
    assert len(only(decoded)) == 1
    assert decoded.counted == {f"invalid_{part}": 1}


@pytest.mark.parametrize(
    ("time", "wanted"),
    [
        (0, 0),
        (TIME + 0.9, TIME),
        (TIME * 1000, TIME * 1000),
        (TIME * 1_000_000, TIME * 1_000_000),
        ("2024-05-01T12:00:00Z", TIME),
        ("2024-05-01T17:45:00.0009+05:45", TIME),
        ("0001-01-01T00:00:00Z", -62_135_596_800_000),
        ("9999-12-31T23:59:00-12:00", 253_402_343_940_000),
        ("2100-01-01T00:00:00Z", 4_102_444_800_000),
    ],
)
def test_unusual_times_are_kept(time: object, wanted: int) -> None:
    assert only(decode(encoded(time=time))).time_ms.tolist() == [wanted]


def test_without_a_time_the_kafka_timestamp_counts() -> None:
    assert only(decode(encoded(time=...), timestamps=[TIME + 7])).time_ms.tolist() == [TIME + 7]


@pytest.mark.parametrize("key", [None, b"\xff\xfe", b"k" * 100_000])
def test_kafka_keys_are_not_trusted(key: bytes | None) -> None:
    assert len(only(decode(encoded(), encoded(), keys=[key, b"other"]))) == 2


def test_many_headers_and_null_headers() -> None:
    headers = [[(f"h{n}", None) for n in range(5000)]]
    assert len(only(decode(encoded(), headers=headers))) == 1


def test_an_array_is_several_captures() -> None:
    decoded = decode(json.dumps([capture(), capture(time=None), 5, capture(id="e-2")]).encode())
    assert [(reject.offset, reject.index, reject.reason) for reject in decoded.rejects] == [
        (100, 1, "time"),
        (100, 2, "not_object"),
    ]
    (block,) = decoded.blocks
    assert list(zip(block.offset.tolist(), block.index.tolist(), block.ids, strict=True)) == [
        (100, 0, "e-1"),
        (100, 3, "e-2"),
    ]
    assert block.columns.first.tolist() == [True, True]


def test_every_record_has_an_outcome_on_json_test_suite(shared_data: Path) -> None:
    files = sorted((shared_data / "badinput" / "json_test_suite" / "test_parsing").glob("*.json"))
    files += sorted((shared_data / "badinput" / "json_test_suite" / "test_transform").glob("*.json"))
    assert len(files) > 300
    values: list[bytes] = []
    for file in files:
        body = file.read_bytes()
        values += [body, encoded(features={"age": "X"}).replace(b'"X"', body), encoded(other="X").replace(b'"X"', body)]
    for topic_format in ("auto", "native", "flat", "sagemaker"):
        decoded = decode(*values, topic=CaptureTopic("captures", format=topic_format))  # type: ignore[arg-type]
        rows = {offset for block in decoded.blocks for offset in block.offset.tolist()}
        refused = {reject.offset for reject in decoded.rejects}
        assert rows | refused == set(range(100, 100 + len(values)))
        assert not [reject for reject in decoded.rejects if reject.reason == "internal"]


def test_json_test_suite_as_a_feature(shared_data: Path) -> None:
    lenient = {"n_number_NaN.json", "n_number_infinity.json", "n_number_minus_infinity.json"}
    for file in sorted((shared_data / "badinput" / "json_test_suite" / "test_parsing").glob("[yn]_*.json")):
        body = file.read_bytes()
        if b"}" in body and file.name.startswith("n_"):
            continue  # closes the envelope early, which may be well-formed
        decoded = decode(encoded(features={"age": "X"}).replace(b'"X"', body))
        accepted = file.name.startswith("y_") or file.name in lenient
        assert (len(decoded.blocks), len(decoded.rejects)) == ((1, 0) if accepted else (0, 1)), file.name


def test_naughty_strings(shared_data: Path) -> None:
    strings = json.loads((shared_data / "badinput" / "blns" / "blns.json").read_text("utf-8"))
    values = [encoded(features={"plan": text, **({text: 1} if text else {})}, id=text, entity=text) for text in strings]
    decoded = decode(*values)
    block = only(decoded)
    assert len(block) == len(strings)
    assert block.ids == [text or None if len(text) <= 128 else id_digest(text) for text in strings]
    assert (block.columns.codes[PLAN] == UNSEEN).all()
