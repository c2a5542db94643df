import asyncio
import threading

import pytest

from driftline.agents import asking
from driftline.agents.asking import Asked


async def elsewhere(asked: Asked[int]) -> int:
    return await asyncio.to_thread(asked.ask)


def test_a_question_is_answered_on_the_loops_own_thread() -> None:
    async def asks() -> tuple[int, int, object]:
        asked = Asked(threading.get_ident)
        return await elsewhere(asked), threading.get_ident(), asked.last

    answer, own, last = asyncio.run(asks())
    assert answer == own
    assert last is not None
    assert last[1] == own  # type: ignore[index]


def test_an_error_of_the_question_is_raised_where_it_was_asked() -> None:
    async def asks() -> None:
        await elsewhere(Asked(lambda: 1 // 0))

    with pytest.raises(ZeroDivisionError):
        asyncio.run(asks())


def test_a_loop_that_does_not_come_round_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "WAIT_SECONDS", 0.01)

    async def stuck() -> tuple[BaseException | None, int]:
        asked = Asked(lambda: 7)
        asked.note()
        errors: list[BaseException] = []

        def ask() -> None:
            try:
                asked.ask()
            except TimeoutError as error:
                errors.append(error)

        thread = threading.Thread(target=ask)
        thread.start()
        thread.join(10)  # on the loop's thread: it cannot answer
        assert asked.last is not None
        return (errors or [None])[0], asked.last[1]

    error, last = asyncio.run(stuck())
    assert str(error) == "the worker's event loop does not come round"
    assert last == 7


def test_a_worker_that_has_stopped_says_so() -> None:
    async def makes() -> Asked[int]:
        return Asked(lambda: 7)

    asked = asyncio.run(makes())
    with pytest.raises(TimeoutError, match="the worker has stopped"):
        asked.ask()
