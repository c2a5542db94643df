"""``constraint_violations.json``: written as Model Monitor lays it out, and read back from either of its two names."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from driftline.baseline.sagemaker.text import pretty
from driftline.contracts.violation import SageMakerLine
from driftline.errors import ContractError

FILES: Final = ("constraint_violations.json", "constraints_violations.json")
"""What the file is called: the first by Model Monitor and by us, the second by one page of its documentation."""


class _Entry(msgspec.Struct):
    """Unknown keys are passed over."""

    feature_name: str
    constraint_check_type: str
    description: str = ""


class _Document(msgspec.Struct):
    violations: tuple[_Entry, ...]


_DECODER = msgspec.json.Decoder(_Document)


def violations_file(lines: Iterable[SageMakerLine]) -> bytes:
    """The file's bytes: UTF-8, two spaces a level, ``"key" : value``, a newline at no end."""
    entries = [
        {
            "feature_name": line.feature_name,
            "constraint_check_type": line.constraint_check_type,
            "description": line.description,
        }
        for line in lines
    ]
    return pretty({"violations": entries}).encode()


def read_violations(data: bytes, name: str = FILES[0]) -> tuple[SageMakerLine, ...]:
    """The entries of a file of data-quality violations, in its order; a byte-order mark is passed over.

    Raises:
        ContractError: it is no such file; says what was expected, what came, and where.

    """
    try:
        document = _DECODER.decode(data.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        expected = '{"violations": [{"feature_name": …, "constraint_check_type": …, "description": …}]}'
        raise ContractError(f"{name} must be {expected}, got something else: {error}") from error
    return tuple(
        SageMakerLine(
            feature_name=entry.feature_name,
            constraint_check_type=entry.constraint_check_type,
            description=entry.description,
        )
        for entry in document.violations
    )
