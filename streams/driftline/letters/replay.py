"""Sending refused records again: what can be, what cannot and why; decided first, sent afterwards."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from driftline.broker.pick import Picked
from driftline.broker.producer import DurableProducer
from driftline.letters.letter import REPLAYED, Letter, Place


class Originals(Protocol):
    """Where refused records are looked up."""

    def at(self, topic: str, partition: int, offset: int) -> Picked | str:
        """The record, or why it cannot be had."""


@dataclass(frozen=True, slots=True)
class Rules:
    """``rows``: also records of which only some rows were refused. ``again``: also what was sent again before."""

    rows: bool = False
    again: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """What happens to one record: it is sent (``record``), or it is not and ``why`` says why not."""

    letter: Letter
    record: Picked | None
    why: str = ""

    @property
    def identity(self) -> str:
        """Topic-partition-offset of the record."""
        topic, partition, offset = self.letter.place
        return f"{topic}-{partition}-{offset}"


def plan(letters: Iterable[Letter], originals: Originals, rules: Rules) -> Iterator[Step]:
    """A step for every record that letters are about, in the order of the first of them."""
    seen: set[Place] = set()
    for letter in letters:
        if letter.place not in seen:
            seen.add(letter.place)
            yield _step(letter, originals, rules)


def _step(letter: Letter, originals: Originals, rules: Rules) -> Step:
    if letter.refusal.index is not None and not rules.rows:
        row = letter.refusal.index
        return Step(
            letter, None, f"only row {row} of it was refused: the others would count twice (--rows sends it all)"
        )
    record = _original(letter, originals)
    if isinstance(record, str):
        return Step(letter, None, record)
    before = dict(record.headers).get(REPLAYED)
    if before is not None and not rules.again:
        text = before.decode("utf-8", "replace")
        return Step(letter, None, f"it is one that was sent again before, from {text} (--again sends it once more)")
    return Step(letter, record)


def _original(letter: Letter, originals: Originals) -> Picked | str:
    """The record as it lies in its topic, else the bytes of the letter; both are held to the letter's SHA-256."""
    found = originals.at(*letter.place)
    if isinstance(found, Picked):
        if _is_it(found.value, letter):
            return found
        found = "another record is there now: the topic was made anew"
    if letter.value and _is_it(letter.value, letter):
        return Picked(letter.key, letter.value, letter.headers, None)
    return f"{found}, and the letter does not carry the bytes"


def _is_it(value: bytes, letter: Letter) -> bool:
    return hashlib.sha256(value).hexdigest() == letter.refusal.sha256


def send(step: Step, producer: DurableProducer, target: str | None) -> None:
    """Send the record of a step, to its own partition, or by its key to ``target``. Raises BrokerError."""
    if step.record is None:
        raise ValueError("a step without a record has nothing to send")
    topic, partition, _ = step.letter.place
    headers = [pair for pair in step.record.headers if pair[0] != REPLAYED]
    producer.send(
        target or topic,
        step.record.value,
        key=step.record.key,
        partition=partition if target is None else -1,
        headers=[*headers, (REPLAYED, step.identity.encode())],
        timestamp_ms=step.record.time_ms,
    )
