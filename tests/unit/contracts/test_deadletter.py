"""Dead letters: where the record lies, why it was refused, and that its content stays where it is unless asked for."""

from __future__ import annotations

import hashlib

import pytest

from driftline.contracts.capture import Reject
from driftline.contracts.deadletter import dead_letters, read_refusal
from driftline.errors import ContractError
from support.captures import batch_of, encoded

SECRET = encoded(id="secret")
BATCH = batch_of(b"ok", SECRET, keys=[b"a", b"b"], headers=[None, [("trace", b"1"), ("__connect.errors.topic", b"x")]])
REJECT = Reject(101, None, "time", "$.time: must be …, got null")


def test_headers_say_where_and_why() -> None:
    (letter,) = dead_letters(BATCH, [REJECT])
    assert dict(letter.headers) == {
        "__connect.errors.topic": b"captures",
        "__connect.errors.partition": b"2",
        "__connect.errors.offset": b"101",
        "__connect.errors.stage": b"TRANSFORMATION",
        "__connect.errors.exception.class.name": b"driftline.errors.ContractError",
        "__connect.errors.exception.message": "$.time: must be …, got null".encode(),
        "driftline.reason": b"time",
        "driftline.sha256": hashlib.sha256(SECRET).hexdigest().encode(),
    }


def test_the_record_goes_along_only_if_asked_for() -> None:
    (without,) = dead_letters(BATCH, [REJECT])
    (with_value,) = dead_letters(BATCH, [REJECT], with_value=True)
    assert (without.key, without.value) == (b"b", b"")
    assert (with_value.key, with_value.value) == (b"b", SECRET)
    names = [name for name, _ in with_value.headers]
    assert names[0] == "trace"
    assert names.count("__connect.errors.topic") == 1


def test_unreadable_bytes_failed_in_the_converter() -> None:
    (letter,) = dead_letters(BATCH, [Reject(100, None, "not_json", "x" * 5000)])
    headers = dict(letter.headers)
    assert headers["__connect.errors.stage"] == b"VALUE_CONVERTER"
    assert len(headers["__connect.errors.exception.message"]) == 1000


def test_headers_are_read_back() -> None:
    letters = dead_letters(BATCH, [Reject(101, 4, "row_count", "two"), REJECT])
    refusals = [read_refusal(letter.headers) for letter in letters]
    assert [refusal.identity for refusal in refusals] == ["captures-2-101#4", "captures-2-101"]
    assert (refusals[0].reason, refusals[0].message, refusals[0].index) == ("row_count", "two", 4)


def test_other_headers_are_no_dead_letter() -> None:
    with pytest.raises(ContractError, match="must be there"):
        read_refusal([("trace", None)])
    with pytest.raises(ContractError, match="must be a number"):
        read_refusal([("__connect.errors.topic", b"t"), ("__connect.errors.partition", b"x")])
