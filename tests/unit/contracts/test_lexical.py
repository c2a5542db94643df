"""Rows under Model Monitor's rules: types by text, names by place, widths, shifts; and the same whichever way they are read."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from driftline.baseline.model import Kind
from driftline.contracts import requests as gathering
from driftline.contracts.capture import CaptureTopic, Columns, Decoded
from driftline.contracts.decoder import CaptureDecoder
from driftline.contracts.lexicalrequests import LexicalCsvRows, LexicalJsonRows
from driftline.contracts.placed import placed_row
from driftline.contracts.positions import Order
from driftline.contracts.shifts import shift_of, shift_sentence
from driftline.stats.columns import MISSING, UNSEEN
from driftline.stats.forms import Forms
from driftline.stats.hashing import hash_text
from driftline.stats.profile import Profile
from support.captures import TIME, batch_of, decode, lookup_of, monitored, only, plain, slowly

SCHEMA = monitored()
LOOKUP = lookup_of(SCHEMA)
TOPIC = CaptureTopic("captures", model="watched", version="1")
LAST = CaptureTopic("captures", model="watched", version="1", output_columns="last")
NAMES = SCHEMA.positions
"""score, age, income, plan, active"""


def request(came: object, went: object = None, **metadata: object) -> bytes:
    """A capture; text stands for CSV, everything else for JSON, None for a side that was not captured."""
    sides = {
        side: {"data": data, "encoding": "CSV"}
        if isinstance(data, str)
        else {"data": json.dumps(data), "encoding": "JSON"}
        for side, data in (("endpointInput", came), ("endpointOutput", went))
        if data is not None
    }
    metadata = {"inferenceTime": "2024-05-01T12:00:00Z", **metadata}
    return json.dumps({"captureData": sides, "eventMetadata": metadata, "eventVersion": "0"}).encode()


def columns_of(*values: bytes, topic: CaptureTopic = TOPIC) -> Columns:
    found = only(decode(*values, topic=topic, lookup=LOOKUP)).columns
    assert isinstance(found, Columns)
    return found


def forms_of(*values: bytes, topic: CaptureTopic = TOPIC) -> Forms:
    found = columns_of(*values, topic=topic).forms
    assert found is not None
    return found


# ------------------------------------------------------------------------------------------------ types
@pytest.mark.parametrize(
    ("cell", "counts"),
    [
        ("3", (1, 0, 0)),
        ("-3", (1, 0, 0)),
        ("+ 3", (1, 0, 0)),
        ("3.0", (1, 0, 1)),
        ("3.5", (1, 0, 1)),
        ("1e3", (1, 0, 1)),
        ("x", (1, 1, 0)),
        ("true", (1, 1, 0)),
        ("NaN", (1, 1, 0)),
        ("", (0, 0, 0)),
    ],
)
@pytest.mark.parametrize("many", [1, 3])
def test_a_whole_number_is_one_by_its_text(cell: str, counts: tuple[int, int, int], many: int) -> None:
    """Present, mistyped and fractional of a column of whole numbers, whether rows are read one by one or together."""
    profile = Profile(SCHEMA.layout)
    profile.update(columns_of(*[request(f"{cell},1.5,free,true", "0.5")] * many))
    at = SCHEMA.layout.index["age"]
    found = (profile.presence.present[at], profile.presence.mistyped[at], profile.presence.fractional[at])
    assert tuple(count / many for count in found) == counts


@pytest.mark.parametrize(
    ("value", "is_fractional"), [(3, 0), (3.0, 1), ("3", 0), ("3.0", 1), (10**19, 0), (None, 0), ("", 0)]
)
@pytest.mark.parametrize("many", [1, 3])
def test_a_json_value_is_typed_by_how_it_is_written(value: object, is_fractional: int, many: int) -> None:
    row = {"age": value, "income": 1, "plan": "free", "active": True}
    forms = forms_of(*[request(row, [0.5])] * many)
    assert len(forms.fractional) == is_fractional * many


def test_numbers_written_out_are_numbers_even_as_strings_in_json() -> None:
    found = columns_of(request({"age": "41", "income": "1e1", "plan": 5, "active": True}, {"score": "0.25"}))
    assert found.numeric[:, 0].tolist() == [0.25, 41.0, 10.0]
    assert found.codes[:, 0].tolist() == [UNSEEN, UNSEEN]
    assert not len(found.mistyped)


def test_a_column_of_fractions_takes_whole_numbers() -> None:
    assert not len(forms_of(request("3,3,free,true", "1")).fractional)


# ------------------------------------------------------------------------------------------------ places and widths
@pytest.mark.parametrize(
    ("came", "went", "topic"),
    [
        ("41,12.5,free,true", "0.25", TOPIC),
        ("0.25,41,12.5,free", "true", LAST),
        ("0.25,41,12.5,free,true", None, TOPIC),
        ("41,12.5,free,true", [0.25], TOPIC),
        ("41,12.5,free,true", {"predictions": [{"probability": 0.25}]}, TOPIC),
        ("41,12.5,free,true", {"score": 0.25}, TOPIC),
        ([41, 12.5, "free", True], "0.25", TOPIC),
        ({"age": 41, "income": 12.5, "plan": "free", "active": True}, [0.25], TOPIC),
        ({"age": 41, "income": 12.5, "plan": "free", "active": True}, {"p": 0.25}, TOPIC),
        ({"f10": "free", "f11": True, "f2": "?", "f00": 41, "f01": 12.5}, None, TOPIC),
    ],
    ids=repr,
)
@pytest.mark.parametrize("many", [1, 2])
def test_places_are_named_by_the_baseline(came: object, went: object, topic: CaptureTopic, many: int) -> None:
    found = columns_of(*[request(came, went)] * many, topic=topic)
    assert found.forms is not None
    assert found.forms.width.tolist() == [5] * many
    assert found.forms.folded.all()
    if "f10" not in str(came):
        assert found.numeric[:, 0].tolist() == [0.25, 41.0, 12.5]
        assert found.codes[:, 0].tolist() == [0, UNSEEN]


def test_names_that_the_baseline_does_not_know_are_places_in_the_order_of_characters() -> None:
    row = placed_row({"10": "d", "9": "e", "100": "c", "1": "b", "0": "a"}, [], SCHEMA, "first")
    assert dict(row.values) == dict(zip(NAMES, ["a", "b", "d", "c", "e"], strict=True)) | {
        "income": "d",
        "plan": "c",
    }


@pytest.mark.parametrize("many", [1, 2])
@pytest.mark.parametrize(
    ("came", "went", "width"),
    [
        ("41,12.5,free", "0.25", 4),
        ("41,12.5,free,true,7", "0.25", 6),
        ("41,12.5,free,true", None, 4),
        (None, "0.25", 1),
        ([1, 2, 3], [0.1, 0.2, 0.3], 6),
        ("41,12.5", {"score": 0.25}, 3),
    ],
    ids=repr,
)
def test_a_row_of_another_width_is_counted_and_folded_nowhere(
    came: object, went: object, width: int, many: int
) -> None:
    decoded = decode(*[request(came, went)] * many, topic=TOPIC, lookup=LOOKUP)
    profile = Profile(SCHEMA.layout)
    profile.update(only(decoded).columns)  # type: ignore[arg-type] # the block of a baseline
    assert profile.rows == many
    assert profile.widths.counts == {width: many}
    assert not (profile.presence.present + profile.presence.missing).any()
    assert decoded.counted["other_width"] == many


def test_a_row_that_names_its_columns_is_folded_whatever_it_lacks() -> None:
    found = columns_of(request({"age": 41, "plan": "free", "new": 1}, None))
    assert found.forms is not None
    assert found.forms.width.tolist() == [3]
    assert found.forms.folded.all()
    assert list(found.extras) == ["new"]
    assert found.numeric[1, 0] == 41.0


@pytest.mark.parametrize("many", [1, 3])
def test_an_empty_text_is_missing_in_json_too(many: int) -> None:
    row = {"age": 41, "income": 12.5, "plan": "", "active": "x"}
    assert columns_of(*[request(row, [0.5])] * many).codes[0].tolist() == [MISSING] * many


@pytest.mark.parametrize("many", [1, 3])
def test_an_answer_too_many_beside_names_widens_the_row_and_folds_it(many: int) -> None:
    row = {"age": 41, "income": 12.5, "plan": "free", "active": "x"}
    forms = forms_of(*[request(row, [0.5, 0.6])] * many)
    assert forms.width.tolist() == [6] * many
    assert forms.folded.all()


def test_a_name_on_both_sides_is_one_column_and_what_was_asked_counts() -> None:
    row = {"age": 41, "income": 12.5, "plan": "free", "active": "x"}
    found = columns_of(request(row, {"score": 0.5, "age": 7}))
    assert found.forms is not None
    assert found.forms.width.tolist() == [5]
    assert found.numeric[:, 0].tolist() == [0.5, 41.0, 12.5]


@pytest.mark.parametrize("many", [1, 3])
def test_a_charset_counts_even_where_the_bytes_would_be_utf8(many: int) -> None:
    side = {"data": base64.b64encode("0.5,41,1,é,x".encode()).decode(), "encoding": "BASE64"}
    side["observedContentType"] = "text/csv; charset=latin-1"
    metadata = {"inferenceTime": "2024-05-01T12:00:00Z"}
    value = json.dumps({"captureData": {"endpointInput": side}, "eventMetadata": metadata}).encode()
    unseen = columns_of(*[value] * many).unseen
    assert [hashed for column, _, hashed in unseen if column == 0] == [hash_text("Ã©")] * many


def test_a_native_capture_has_the_width_of_its_names_and_its_prediction_takes_the_column_that_is_left() -> None:
    native = {"model": "watched", "version": "1", "time": TIME, "prediction": 0.25}
    full = {"age": 41, "income": 12.5, "plan": "free", "active": True}
    found = columns_of(json.dumps({**native, "features": full}).encode())
    assert found.forms is not None
    assert found.forms.width.tolist() == [5]
    assert found.numeric[0, 0] == 0.25
    short = columns_of(json.dumps({**native, "features": {"age": 41}}).encode())
    assert short.forms is not None
    assert short.forms.width.tolist() == [2]
    assert list(short.extras) == ["prediction"]


def test_a_misshapen_row_among_others_leaves_them_alone() -> None:
    good, bad = request("41,12.5,free,true", "0.25"), request("41,12.5,free,true,7", "0.25")
    found = columns_of(good, bad, good)
    assert found.forms is not None
    assert found.forms.width.tolist() == [5, 6, 5]
    assert found.forms.folded.tolist() == [True, False, True]


# ------------------------------------------------------------------------------------------------ shifts
WIDE = monitored(
    {"y": Kind.FRACTIONAL, "a": Kind.INTEGRAL, "plan": Kind.STRING, "b": Kind.FRACTIONAL, "c": Kind.INTEGRAL}
    | {"tier": Kind.STRING, "d": Kind.INTEGRAL}
)
GOOD = ["0.5", "1", "free", "2.5", "3", "paid", "4"]


@pytest.mark.parametrize(
    ("cells", "wanted"),
    [
        (GOOD, ""),
        (["0.5", "1", "7", "free", "2.5", "3", "paid"], "+1 plan"),
        (["0.5", "1", "free", "x", "2.5", "3", "paid"], "+1 b"),
        (["0.5", "1", "2.5", "3", "paid", "4", "x"], "-1 plan"),
        (["0.5", "free", "2.5", "3", "paid", "4", "9"], "-1 a"),
        (["0.5", "x", "free", "2.5", "y", "paid", "4"], ""),
        (["0.5", "x", "free", "2.5", "3", "paid", "4"], ""),
        (["0.5", "1", "free", "2.5", "paid", "4", "9"], "-1 c"),
        (["0.5", "1", "new", "2.5", "3", "newer", "4"], ""),
        ([*GOOD[:2], "7", *GOOD[2:]], "+1 plan"),
        ([*GOOD, "9"], ""),
        (GOOD[:2] + GOOD[3:], "-1 plan"),
        (GOOD[:-1], ""),
        (GOOD[:4], ""),
        ([], ""),
    ],
    ids=repr,
)
def test_where_a_shift_begins(cells: list[str], wanted: str) -> None:
    assert shift_of(cells, WIDE) == wanted


@settings(max_examples=200, deadline=None)
@given(place=st.integers(0, 6), more=st.booleans(), rest=st.sampled_from(["", "7", "x"]))
def test_a_shift_is_named_no_later_than_it_can_be_seen(place: int, more: bool, rest: str) -> None:
    """Undoing the shift that is named gives a row that fits."""
    cells = [*GOOD[:place], rest, *GOOD[place:]][:7] if more else [*GOOD[:place], *GOOD[place + 1 :], rest]
    found = shift_of(cells, WIDE)
    if found:
        sign, name = found.split(" ")
        at = WIDE.positions.index(name)
        mended = [*cells[:at], *cells[at + 1 :]] if sign == "+1" else [*cells[:at], "", *cells[at:]][:7]
        assert shift_of(mended[:6], WIDE) == ""
        kinds = zip(mended, GOOD, strict=False)
        assert all(not cell or cell.isalpha() == good.isalpha() for cell, good in kinds)


def test_a_shift_says_where_and_why() -> None:
    assert shift_sentence("-1 plan") == "looks shifted by one column from 'plan' on (its value was left out)"


def test_shifted_rows_are_noted_whichever_way_they_are_read() -> None:
    lookup = lookup_of(WIDE)
    moved = [request("1,7,free,2.5,3,paid", "0.5"), request("1,free,2.5,3,paid,4", "0.5")]
    for values in (moved, moved * 3):
        found = only(decode(*values, topic=TOPIC, lookup=lookup)).columns
        assert isinstance(found, Columns)
        assert found.forms is not None
        assert {name: rows.tolist() for name, rows in found.forms.shifted.items()} == {
            "+1 plan": list(range(0, len(values), 2))
        }


@pytest.mark.parametrize(
    ("row", "noted"),
    [
        ({"b": 1, "a": 2, "c": "free", "d": True, "e": 3}, {"? a": [0]}),
        ({"b": 1, "a": 2}, {"? a": [0]}),
        ({f"f{place:03}": place for place in range(5)}, {}),
        ({"00": 1, "01": 2, "02": 3, "03": "free", "04": "x"}, {}),
        ({"age": 1, "z": 2}, {}),
    ],
    ids=repr,
)
def test_names_of_another_model_are_noted(row: dict[str, object], noted: dict[str, list[int]]) -> None:
    assert {name: rows.tolist() for name, rows in forms_of(request(row)).shifted.items()} == noted


def test_rows_that_a_script_has_made_are_placed_alike() -> None:
    made = "".join(
        json.dumps(row) + "\n" for row in ({"00": "0.25", "01": "41", "02": "12.5", "03": "free", "04": "x"}, ["1"])
    )
    sides = {"endpointInput": {"data": made, "encoding": "ROWS"}}
    value = json.dumps({"captureData": sides, "eventMetadata": {"inferenceTime": "2024-05-01T12:00:00Z"}}).encode()
    found = columns_of(value)
    assert found.numeric[:, 0].tolist() == [0.25, 41.0, 12.5]
    assert found.forms is not None
    assert found.forms.width.tolist() == [5, 1]
    assert found.forms.folded.tolist() == [True, False]


# ------------------------------------------------------------------------------------------------ either way the same
class Gathered:
    """Counts what was read together, of which kind."""

    def __init__(self) -> None:
        self.counts = {"csv": 0, "json": 0, "fractional": 0, "shifted": 0}

    def watch(self, patch: pytest.MonkeyPatch, name: str, kind: type[LexicalCsvRows | LexicalJsonRows]) -> None:
        read = kind.columns

        def columns(rows: LexicalCsvRows | LexicalJsonRows, kept: Sequence[int], out: Decoded) -> Columns:
            found = read(rows, kept, out)  # type: ignore[arg-type] # the rows are of this kind
            assert found.forms is not None
            self.counts[name] += len(found)
            self.counts["fractional"] += len(found.forms.fractional)
            self.counts["shifted"] += len(found.forms.shifted)
            return found

        patch.setattr(kind, "columns", columns)


@pytest.fixture(scope="module")
def gathered() -> Iterator[dict[str, int]]:
    """Gather even single requests; how many rows were read together, of which kind."""
    watch = Gathered()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gathering, "WORTH_GATHERING", 1)
        watch.watch(patch, "csv", LexicalCsvRows)
        watch.watch(patch, "json", LexicalJsonRows)
        yield watch.counts


numbers = st.one_of(
    st.integers(-9, 99), st.integers(-9, 10**20), st.floats(-9, 99).map(lambda number: round(number, 2))
)
odd = st.sampled_from(["", "x", "free", "3.0", "1e3", "1e400", "NaN", "true", " 7", "- 5", "1_0", "\x85", "é"])
ODD_JSON = st.one_of(odd, st.none(), st.booleans(), st.sampled_from([[1], {"a": 2}, [], 1e3]))


@st.composite
def cells(draw: st.DrawFn, *, is_json: bool) -> list[Any]:
    """A row of seven, mostly as the baseline has them."""
    texts, whole = st.sampled_from(["free", "paid", "paid", "new"]), st.integers(-9, 99)
    row = [draw(column) for column in (numbers, whole, texts, numbers, whole, texts, whole)]
    for place in draw(st.lists(st.integers(0, 6), max_size=2)) if draw(st.booleans()) else ():
        row[place] = draw(ODD_JSON if is_json else odd)
    return row


@st.composite
def captures(draw: st.DrawFn) -> bytes:
    is_json = draw(st.booleans())
    row = draw(cells(is_json=is_json))
    if draw(st.integers(0, 2)) == 0:
        place = draw(st.integers(0, 6))
        row = draw(
            st.sampled_from([[*row[:place], *row[place + 1 :], "7"], [*row[:place], "7", *row[place:-1]], [*row, 7]])
        )
    split = draw(st.sampled_from([1, 1, 1, 0, 2]))
    if is_json:
        named = dict(zip(WIDE.positions[split:], row[split:], strict=False))
        answers = [
            row[:split],
            dict(zip(WIDE.positions, row[:split], strict=False)),
            {f"p{i}": c for i, c in enumerate(row[:split])},
        ]
        went = draw(st.sampled_from(answers)) if split else None
        return request(draw(st.sampled_from([named, named, named, row])), went)
    came, went = ",".join(map(str, row[split:])), ",".join(map(str, row[:split]))
    if draw(st.booleans()):
        texts = [{"data": base64.b64encode(side.encode()).decode(), "encoding": "BASE64"} for side in (came, went)]
        sides = dict(zip(("endpointInput", "endpointOutput"), texts, strict=True))
        return json.dumps({"captureData": sides, "eventMetadata": {"inferenceTime": "2024-05-01T12:00:00Z"}}).encode()
    return request(came, went or None)


@settings(max_examples=300, deadline=None, derandomize=True)  # so that the counts below hold in every run
@given(values=st.lists(captures(), min_size=1, max_size=8), order=st.sampled_from(["first", "last"]))
def test_together_or_one_by_one(gathered: dict[str, int], values: list[bytes], order: Order) -> None:
    topic = CaptureTopic("captures", model="watched", version="1", output_columns=order)
    batch = batch_of(*values)
    assert plain(CaptureDecoder(topic, lookup_of(WIDE)).decode(batch)) == plain(slowly(batch, topic, lookup_of(WIDE)))


def test_that_was_no_idle_comparison(gathered: dict[str, int]) -> None:
    if gathered["csv"]:  # not if this test runs alone
        assert min(gathered.values()) > 20, gathered
