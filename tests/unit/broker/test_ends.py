from concurrent.futures import Future

import confluent_kafka as ck
import pytest

from driftline.broker.admin import Admin
from driftline.broker.ends import Ends, EndsProbe
from driftline.errors import BrokerError


class Told:
    """What ListOffsets says of a partition."""

    def __init__(self, offset: int) -> None:
        self.offset = offset


class Client:
    """A client whose answers are given by partition; Kafka answers a question for metadata if ``up``."""

    def __init__(self, answers: dict[int, int | ck.KafkaError], *, up: bool) -> None:
        self.answers = answers
        self.up = up

    def list_offsets(self, asked: dict[ck.TopicPartition, object], **_: object) -> dict[ck.TopicPartition, object]:
        return {place: settled(self.answers[place.partition]) for place in asked}

    def list_topics(self, *_: object, **__: object) -> None:
        if not self.up:
            raise ck.KafkaException(ck.KafkaError(ck.KafkaError._TRANSPORT))


def settled(answer: int | ck.KafkaError) -> "Future[Told]":
    future: Future[Told] = Future()
    if isinstance(answer, int):
        future.set_result(Told(answer))
    else:
        future.set_exception(ck.KafkaException(answer))
    return future


def ask(answers: dict[int, int | ck.KafkaError], *, up: bool = True) -> Ends:
    probe = EndsProbe({"bootstrap.servers": "127.0.0.1:1", "log_level": 0})
    probe._client = Client(answers, up=up)  # type: ignore[assignment]
    return probe.ask([("t", partition) for partition in answers], "t")


def test_ends_and_faults_are_told_by_partition() -> None:
    leaderless = ck.KafkaError(ck.KafkaError.LEADER_NOT_AVAILABLE)
    assert ask({0: 7, 1: leaderless}) == Ends({("t", 0): 7}, {("t", 1): leaderless.str()})


def test_an_offset_for_want_of_an_answer_is_none() -> None:
    late = {("t", 0): "its leader has not answered in time"}
    assert ask({0: ck.OFFSET_INVALID, 1: 3}) == Ends({("t", 1): 3}, late)
    assert ask({0: ck.OFFSET_INVALID}, up=True) == Ends({}, late), "somebody answers: it is this leader"
    silent = ask({0: ck.OFFSET_INVALID}, up=False)
    assert (silent.ends, silent.error) == ({}, ck.KafkaError(ck.KafkaError._TRANSPORT).str())


def test_a_worker_without_sources_still_sees_whether_kafka_answers() -> None:
    assert ask({}, up=True) == Ends()
    assert ask({}, up=False).error


def test_admin_does_not_pass_such_an_offset_on() -> None:
    admin = Admin({"bootstrap.servers": "127.0.0.1:1", "log_level": 0})
    admin._client = Client({0: 5, 1: ck.OFFSET_INVALID}, up=True)  # type: ignore[assignment]
    assert admin.ends("t", [0]) == {0: 5}
    with pytest.raises(BrokerError, match=r"the offsets of t\[1\] cannot be read: its leader has not answered in time"):
        admin.ends("t", [0, 1])
