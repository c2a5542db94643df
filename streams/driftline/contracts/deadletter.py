"""Dead letters: why a record or a row of it was refused, in Kafka Connect's headers, which most tools read.

The record itself goes along only if asked for: it may hold personal data. What always goes along is where it lies and the
SHA-256 of its value, so that it can be found again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from driftline.contracts.capture import RawBatch, Reject
from driftline.contracts.reasons import PARSE_REASONS
from driftline.errors import ContractError

CONNECT = "__connect.errors."
EXCEPTION = "driftline.errors.ContractError"
MAX_MESSAGE = 1_000
"""Characters of a message; chosen, because a header should fit a terminal."""
MAX_HEADERS = 100
"""Headers of the original that are copied."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A record for the dead-letter topic. ``value`` is empty unless the original was asked for."""

    key: bytes | None
    value: bytes
    headers: tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """What the headers of a dead letter say."""

    topic: str
    partition: int
    offset: int
    index: int | None
    reason: str
    message: str
    stage: str
    sha256: str

    @property
    def identity(self) -> str:
        """Topic, partition, offset and row: the same however often the letter is written."""
        row = "" if self.index is None else f"#{self.index}"
        return f"{self.topic}-{self.partition}-{self.offset}{row}"


def dead_letters(batch: RawBatch, rejects: Sequence[Reject], *, with_value: bool = False) -> list[DeadLetter]:
    """A dead letter for each reject of a batch, in its order. ``with_value`` copies value and headers of the original."""
    positions = {offset: position for position, offset in enumerate(batch.offsets)}
    return [_dead_letter(batch, positions[reject.offset], reject, with_value=with_value) for reject in rejects]


def _dead_letter(batch: RawBatch, position: int, reject: Reject, *, with_value: bool) -> DeadLetter:
    value = batch.values[position] or b""
    headers = {
        f"{CONNECT}topic": batch.topic,
        f"{CONNECT}partition": str(batch.partition),
        f"{CONNECT}offset": str(reject.offset),
        f"{CONNECT}stage": "VALUE_CONVERTER" if reject.reason in PARSE_REASONS else "TRANSFORMATION",
        f"{CONNECT}exception.class.name": EXCEPTION,
        f"{CONNECT}exception.message": reject.message[:MAX_MESSAGE],
        "driftline.reason": str(reject.reason),
        "driftline.sha256": hashlib.sha256(value).hexdigest(),
    }
    if reject.index is not None:
        headers["driftline.index"] = str(reject.index)
    encoded = tuple((name, text.encode("utf-8", "replace")) for name, text in headers.items())
    if not with_value:
        return DeadLetter(batch.keys[position], b"", encoded)
    return DeadLetter(batch.keys[position], value, (*_original(batch, position), *encoded))


def _original(batch: RawBatch, position: int) -> list[tuple[str, bytes]]:
    headers = batch.headers[position] if batch.headers is not None else None
    ours = (CONNECT, "driftline.")
    return [(name, value or b"") for name, value in (headers or ())[:MAX_HEADERS] if not name.startswith(ours)]


def read_refusal(headers: Sequence[tuple[str, bytes | None]]) -> Refusal:
    """What a dead letter's headers say. ContractError when a header is missing or no number."""
    found = {name: (value or b"").decode("utf-8", "replace") for name, value in headers}
    try:
        index = found.get("driftline.index")
        return Refusal(
            topic=found[f"{CONNECT}topic"],
            partition=int(found[f"{CONNECT}partition"]),
            offset=int(found[f"{CONNECT}offset"]),
            index=None if index is None else int(index),
            reason=found["driftline.reason"],
            message=found.get(f"{CONNECT}exception.message", ""),
            stage=found.get(f"{CONNECT}stage", ""),
            sha256=found.get("driftline.sha256", ""),
        )
    except KeyError as error:
        raise ContractError(f"must be there, got none of {error}", "headers", "dead_letter") from None
    except ValueError as error:
        raise ContractError(f"must be a number: {error}", "headers", "dead_letter") from None
