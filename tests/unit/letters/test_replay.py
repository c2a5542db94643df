"""Which refused records are sent again, and what is said of the others."""

from __future__ import annotations

import hashlib

import pytest

from driftline.broker.pick import Picked
from driftline.contracts.deadletter import Refusal
from driftline.letters.letter import REPLAYED, Letter, Wanted
from driftline.letters.replay import Rules, Step, plan

VALUE = b'{"model": "churn"}'


class Topics:
    """Records by place; all others fell to retention."""

    def __init__(self, **records: Picked) -> None:
        self.records = records
        self.asked: list[str] = []

    def at(self, topic: str, partition: int, offset: int) -> Picked | str:
        self.asked.append(f"{topic}_{partition}_{offset}")
        return self.records.get(self.asked[-1], "the topic begins at 900 by now: it fell to retention")


def letter(offset: int = 7, index: int | None = None, value: bytes = b"", reason: str = "no_model") -> Letter:
    digest = hashlib.sha256(VALUE).hexdigest()
    refusal = Refusal("captures", 0, offset, index, reason, "must name its model", "TRANSFORMATION", digest)
    return Letter(refusal, b"key", value, (("trace", b"1"),), 5)


def only(*letters: Letter, topics: Topics, rules: Rules = Rules()) -> Step:  # noqa: B008 - a frozen value
    (step,) = plan(letters, topics, rules)
    return step


def test_the_record_is_taken_from_its_topic() -> None:
    record = Picked(b"key", VALUE, (("trace", b"1"),), 1234)
    assert only(letter(), topics=Topics(captures_0_7=record)).record is record


def test_the_letters_bytes_do_where_the_record_is_gone() -> None:
    assert only(letter(value=VALUE), topics=Topics()).record == Picked(b"key", VALUE, (("trace", b"1"),), None)


@pytest.mark.parametrize(
    ("given", "record", "rules", "why"),
    [
        (
            letter(),
            None,
            Rules(),
            "the topic begins at 900 by now: it fell to retention, and the letter does not carry",
        ),
        (letter(), Picked(None, b"other", (), 1), Rules(), "another record is there now: the topic was made anew"),
        (letter(value=b"forged"), None, Rules(), "and the letter does not carry the bytes"),
        (letter(index=3), Picked(None, VALUE, (), 1), Rules(), "only row 3 of it was refused"),
        (
            letter(),
            Picked(None, VALUE, ((REPLAYED, b"captures-0-1"),), 1),
            Rules(),
            "sent again before, from captures-0-1",
        ),
    ],
)
def test_what_is_not_sent_says_why(given: Letter, record: Picked | None, rules: Rules, why: str) -> None:
    step = only(given, topics=Topics(captures_0_7=record) if record else Topics(), rules=rules)
    assert step.record is None
    assert why in step.why


def test_rows_and_again_are_asked_for() -> None:
    record = Picked(None, VALUE, ((REPLAYED, b"captures-0-1"),), 1)
    assert (
        only(letter(index=3), topics=Topics(captures_0_7=record), rules=Rules(rows=True, again=True)).record is record
    )


def test_a_record_of_many_letters_is_one_step() -> None:
    topics = Topics(captures_0_7=Picked(None, VALUE, (), 1))
    step = only(*(letter(index=row) for row in range(3)), topics=topics, rules=Rules(rows=True))
    assert step.identity == "captures-0-7"
    assert topics.asked == ["captures_0_7"]


def test_what_is_wanted() -> None:
    assert letter() in Wanted()
    assert letter() in Wanted("no_model", "captures", ("captures-0-7",))
    assert letter(index=2) in Wanted(identities=("captures-0-7",))
    assert letter(index=2) in Wanted(identities=("captures-0-7#2",))
    assert letter() not in Wanted("time")
    assert letter() not in Wanted(topic="other")
    assert letter() not in Wanted(identities=("captures-0-70",))


def test_every_reason_has_a_sentence_even_one_of_a_later_version() -> None:
    assert letter().sentence == "the model cannot be told"
    assert letter(reason="brand_new").sentence == "a reason that this version does not know"
