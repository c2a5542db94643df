import asyncio

import pytest

from driftline.agents.ending import Ending
from driftline.errors import BrokerError, WorkerFailedError


class Panic(BaseException):
    """How an extension in Rust panics: no Exception."""


async def raises(error: BaseException) -> None:
    raise error


def told(ending: Ending) -> str:
    with pytest.raises(WorkerFailedError) as failure:
        ending.raise_failure()
    return str(failure.value)


async def kept(*lives: tuple[str, object], wanted: bool = False) -> Ending:
    ending = Ending()
    ending.wanted = wanted
    for part, life in lives:
        await ending.keep(part, life)  # type: ignore[arg-type]
    return ending


def test_the_first_failure_is_the_one_that_is_told() -> None:
    ending = asyncio.run(kept(("first", raises(BrokerError("gone"))), ("second", raises(ValueError("so?")))))
    assert told(ending) == "the first failed: gone"


def test_the_innermost_name_is_told() -> None:
    ending = Ending()
    with pytest.raises(ValueError, match="x"), ending.named("outer"), ending.named("inner"):
        raise ValueError("x")
    assert told(ending) == "the inner failed: ValueError: x"


@pytest.mark.parametrize(
    "error", [Panic("index"), KeyError("a"), SystemExit(4), ValueError("two\nlines"), ValueError()]
)
def test_whatever_is_raised_is_one_line(error: BaseException) -> None:
    line = told(asyncio.run(kept(("agent", raises(error)))))
    assert line.startswith(f"the agent failed: {type(error).__name__}")
    assert "\n" not in line


def test_a_part_that_comes_to_an_end_unasked_has_failed() -> None:
    assert told(asyncio.run(kept(("agent", asyncio.sleep(0))))) == "the agent failed: it came to an end by itself"
    assert asyncio.run(kept(("agent", asyncio.sleep(0)), wanted=True)).error is None


def test_being_cancelled_is_no_failure() -> None:
    async def cancelled() -> Ending:
        ending = Ending()
        task = asyncio.create_task(ending.keep("agent", asyncio.sleep(3600)))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return ending

    ending = asyncio.run(cancelled())
    assert ending.error is None
    ending.raise_failure()


def test_nothing_that_lasts_is_written_after_a_failure() -> None:
    ending = Ending()
    ending.check()
    ending.failed("fold", ValueError())
    with pytest.raises(WorkerFailedError, match="nothing is written after the fold has failed"):
        ending.check()


def test_a_failure_wakes_who_waits_for_one() -> None:
    async def waits() -> None:
        ending = Ending()
        waiting = asyncio.create_task(ending.failure())
        await asyncio.sleep(0)
        assert not waiting.done()
        ending.failed("fold", ValueError())
        await asyncio.wait_for(waiting, 5)

    asyncio.run(waits())


def test_an_agent_that_fails_once_is_over() -> None:
    """Faust starts an agent anew whose coroutine raises; over half-changed state that would be worse than to stop."""
    ending = Ending()
    agent = ending.guarded("agent", lambda stream: raises(ValueError(stream)))
    asyncio.run(agent("s"))  # type: ignore[arg-type]
    assert told(ending) == "the agent failed: ValueError: s"
