"""Bytes to a JSON document: strictly, once more leniently for numbers that JSON does not have, or a ContractError.

Strict is msgspec. What it refuses is given once to the standard library, which knows NaN, Infinity and 1e400; whatever
neither reads is refused. Of keys that come twice the last one counts, in both.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TypeVar

import msgspec

from driftline.contracts.reasons import Reason
from driftline.errors import ContractError

MAX_DIGITS = 4300
"""Longer whole numbers are refused: CPython's default limit, made independent of its environment variable."""
_LOOKS_LIKE = (
    (b"\x1f\x8b", "gzip"),
    (b"\xef\xbb\xbf", "a UTF-8 byte order mark"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
    (b"\x00", "a schema-registry prefix or UTF-16"),
    (b"\x80", "pickle"),
    (b"Obj\x01", "Avro"),
)
T = TypeVar("T")
parse_any: Callable[[bytes], object] = msgspec.json.Decoder().decode


class _LongNumberError(ValueError):
    """A whole number with too many digits."""


def is_utf8(value: bytes) -> bool:
    """Whether bytes are text; msgspec does not look at what it skips."""
    if value.isascii():
        return True
    try:
        value.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def read_document(value: bytes, strict: Callable[[bytes], T]) -> tuple[T | object, bool]:
    """What ``strict`` makes of the bytes, or else plain Python values; and whether they were nonstandard JSON.

    ContractError when they are no JSON at all: ``not_utf8``, ``too_deep``, ``long_number``, ``lone_surrogate``, ``not_json``.
    """
    try:
        value.decode("utf-8")
        return strict(value), False
    except UnicodeDecodeError as error:
        raise ContractError(
            _expected(value, f"byte {error.start} is not UTF-8 (Latin-1?)"), "$", Reason.NOT_UTF8
        ) from None
    except RecursionError:
        raise ContractError("must not be nested so deeply", "$", Reason.TOO_DEEP) from None
    except msgspec.DecodeError:
        return _read_again(value), True


def _read_again(value: bytes) -> object:
    text = value.decode("utf-8")
    try:
        document = json.loads(text, parse_int=_whole_number)
        if "\\ud" in text or "\\uD" in text:
            json.dumps(document, ensure_ascii=False).encode("utf-8")
    except RecursionError:
        raise ContractError("must not be nested so deeply", "$", Reason.TOO_DEEP) from None
    except _LongNumberError:
        raise ContractError(
            f"must not hold numbers of more than {MAX_DIGITS} digits", "$", Reason.LONG_NUMBER
        ) from None
    except UnicodeEncodeError:
        raise ContractError("must not hold half a surrogate pair", "$", Reason.SURROGATE) from None
    except json.JSONDecodeError as error:
        raise ContractError(_expected(value, _problem(error)), "$", Reason.NOT_JSON) from None
    return document


def _problem(error: json.JSONDecodeError) -> str:
    is_cut = error.msg.startswith("Unterminated string") or error.pos >= len(error.doc.rstrip())
    return f"{error.msg.removesuffix(' at')} at character {error.pos}{' (cut off?)' if is_cut else ''}"


def _whole_number(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise _LongNumberError
    return int(digits)


def _expected(value: bytes, problem: str) -> str:
    for prefix, name in _LOOKS_LIKE:
        if value.startswith(prefix):
            return f"must be JSON in UTF-8, got what looks like {name}"
    return f"must be JSON in UTF-8, got {len(value)} bytes: {problem}" if value.strip() else "must be JSON, got nothing"


def type_name(value: object) -> str:
    """The JSON word for a value's type, for messages.

    >>> type_name([1]), type_name(None)
    ('an array', 'null')
    """
    if value is None:
        return "null"
    names = {
        bool: "a boolean",
        int: "a number",
        float: "a number",
        str: "a string",
        list: "an array",
        dict: "an object",
    }
    return names.get(type(value), "nothing")
