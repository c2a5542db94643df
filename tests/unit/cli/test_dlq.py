"""The commands on a topic of dead letters as a worker writes them."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from typer.testing import CliRunner

from driftline.broker.embedded import EmbeddedBroker
from driftline.broker.producer import DurableProducer
from driftline.broker.replay import read_topic
from driftline.broker.settings import producing, replaying
from driftline.cli.main import app
from driftline.config import KafkaConfig
from driftline.contracts.capture import RawBatch, Reject
from driftline.contracts.deadletter import dead_letters
from driftline.contracts.reasons import Reason

GOOD, BAD = b'{"model": "m"}', b'{"age": "\x1b[31m"}'


@pytest.fixture
def broker() -> Iterator[EmbeddedBroker]:
    with EmbeddedBroker({"captures": 2, "fixed": 1, "driftline.deadletter": 1}) as started:
        yield started


@pytest.fixture
def refused(broker: EmbeddedBroker) -> EmbeddedBroker:
    """captures[1]: 0 good, 1 refused as a whole, 2 refused in its row 4; and a stranger among the letters."""
    producer = DurableProducer(producing(KafkaConfig(bootstrap=broker.bootstrap)))
    for value in (GOOD, BAD, BAD):
        producer.send("captures", value, key=b"k", partition=1, headers=[("trace", b"1")])
    rejects = [Reject(1, None, Reason.NO_MODEL, "must name [its] model"), Reject(2, 4, Reason.TIME, "must be a time")]
    batch = RawBatch("captures", 1, [0, 1, 2], [GOOD, BAD, BAD], [b"k"] * 3, [None] * 3, [0] * 3)
    for made in dead_letters(batch, rejects):
        for _ in range(2):  # a worker that starts again may write it once more
            producer.send("driftline.deadletter", made.value, key=made.key, headers=made.headers)
    producer.send("driftline.deadletter", b"who am I")
    producer.flush()
    return broker


def run(broker: EmbeddedBroker, *arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["dlq", *arguments, "--bootstrap", broker.bootstrap])
    return result.exit_code, result.stdout, result.stderr


def records(broker: EmbeddedBroker, topic: str) -> list[tuple[int, bytes | None, dict[str, bytes | None]]]:
    batches = read_topic(replaying(KafkaConfig(bootstrap=broker.bootstrap)), topic)
    return [
        (batch.partition, value, dict(headers or ()))
        for batch in batches
        for value, headers in zip(batch.values, batch.headers or (), strict=True)
    ]


def test_without_letters_nothing_is_listed(broker: EmbeddedBroker) -> None:
    assert run(broker, "list") == (0, "no dead letters\n", "")
    assert run(broker, "list", "--json") == (0, "", "")


def test_list_shows_each_once_and_counts_reasons(refused: EmbeddedBroker) -> None:
    code, out, err = run(refused, "list")
    assert code == 0
    for words in ("captures-1-1", "captures-1-2#4", "must name [its] model", "1 no_model: the model cannot be told"):
        assert words in out
    assert "driftline.deadletter[0] @ 4: headers: must be there" in err
    code, out, _ = run(refused, "list", "--json", "--reason", "time")
    (one,) = map(json.loads, out.splitlines())
    assert (one["identity"], one["reason"], one["key"], one["carries"]) == ("captures-1-2#4", "time", "k", None)
    assert "captures-1-1 " not in run(refused, "list", "--limit", "1")[1]


def test_show_prints_the_record_only_if_asked_and_never_its_control_characters(refused: EmbeddedBroker) -> None:
    code, out, _ = run(refused, "show", "captures-1-1")
    assert code == 0
    assert "must name [its] model" in out
    assert '"age"' not in out
    code, out, _ = run(refused, "show", "captures-1-1", "--value")
    assert code == 0
    assert '{"age": "\\x1b[31m"}' in out
    assert run(refused, "show", "captures-0-1")[0] == 2
    assert run(refused, "show")[0] == 2


def test_a_dry_run_sends_nothing_and_replay_sends_it_as_it_was(refused: EmbeddedBroker) -> None:
    code, out, _ = run(refused, "replay", "--all", "--dry-run")
    assert code == 3
    assert out.splitlines() == [
        "captures-1-1: would be sent to captures",
        "captures-1-2: not sent: only row 4 of it was refused: the others would count twice (--rows sends it all)",
        "1 to be sent, 1 not",
    ]
    assert len(records(refused, "captures")) == 3
    code, out, _ = run(refused, "replay", "--reason", "no_model")
    assert (code, out) == (0, "captures-1-1: sent to captures\n1 sent, 0 not\n")
    assert records(refused, "captures")[3] == (1, BAD, {"trace": b"1", "driftline.replayed": b"captures-1-1"})


def test_it_may_go_to_another_topic_and_programs_get_json(refused: EmbeddedBroker) -> None:
    code, out, err = run(refused, "replay", "captures-1-1", "captures-1-2", "--rows", "--to", "fixed", "--json")
    assert code == 0
    assert [json.loads(line) for line in out.splitlines()] == [
        {"identity": f"captures-1-{offset}", "sent": True, "would_be_sent": True, "why": None, "to": "fixed"}
        for offset in (1, 2)
    ]
    assert err.splitlines()[-1] == "2 sent, 0 not"
    assert [value for _, value, _ in records(refused, "fixed")] == [BAD, BAD]


def test_replay_wants_to_be_told_what(refused: EmbeddedBroker) -> None:
    code, _, err = run(refused, "replay")
    assert code == 2
    assert err == "driftline: name IDENTITY, --reason or --topic, or --all for every letter\n"
