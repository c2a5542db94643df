"""Liveness: which parts of a worker have work and do not get on with it.

A *loop* always has work: it has to come round.  An *agent* has work from the moment it is handed some until it is done
with it; one without work is never stuck, however long it waits.  Times are seconds of any clock that never goes back.
"""

from __future__ import annotations

from dataclasses import dataclass

LOOP = "event loop"
"""The part whose turns are those of the loop itself."""

LOOP_SECONDS = 30.0
"""A loop that has not come round for this long is stuck. Chosen: no step of ours takes a tenth of it, and probes ask thrice."""

PART_SECONDS = 120.0
"""The same for parts that may have to wait for Kafka. Chosen: longer than any wait for an answer, so that a broker that is
gone is never mistaken for a worker that is stuck: a restart would not help."""


@dataclass(frozen=True)
class PartState:
    """One part as of now: pieces of work in its hands, and seconds since it finished one (or, had it none, was given one)."""

    name: str
    pending: int
    seconds: float
    limit: float

    @property
    def stuck(self) -> bool:
        """Whether it has had work, and finished none, for longer than its limit."""
        return self.pending > 0 and self.seconds > self.limit

    def sentence(self) -> str:
        """In plain words."""
        if self.stuck:
            return f"the {self.name} has work and has not moved for {self.seconds:.0f} s"
        return f"the {self.name} {'works' if self.pending else 'waits for work'}"


class Progress:
    """Beats of loops and work of agents. Written on the event loop's thread, read on any.

    >>> progress = Progress()
    >>> progress.given("capture agent", 0.0)
    >>> [part.stuck for part in progress.look(121.0)]
    [True]
    >>> progress.done("capture agent", 121.0)
    >>> [part.sentence() for part in progress.look(1000.0)]
    ['the capture agent waits for work']
    """

    def __init__(self) -> None:
        """No part is known until it is heard of."""
        self._parts: dict[str, tuple[int, float]] = {}

    def beat(self, loop: str, now: float) -> None:
        """A loop has come round; from its first beat on it has to."""
        self._parts[loop] = (1, now)

    def given(self, agent: str, now: float) -> None:
        """An agent has been handed one piece of work; its time runs if it had none."""
        pending, since = self._parts.get(agent, (0, now))
        self._parts[agent] = (pending + 1, since if pending else now)

    def done(self, agent: str, now: float) -> None:
        """An agent has finished one piece; what was given to a former life of it is not counted twice."""
        pending, _ = self._parts.get(agent, (0, now))
        self._parts[agent] = (max(0, pending - 1), now)

    def forget(self, part: str) -> None:
        """A part that ends in good order is not waited for."""
        self._parts.pop(part, None)

    def look(self, now: float) -> tuple[PartState, ...]:
        """Every part as of ``now``, by name."""
        parts = sorted(self._parts.copy().items())  # one step of the interpreter: no other thread comes in between
        return tuple(
            PartState(name, pending, max(0.0, now - since), LOOP_SECONDS if name == LOOP else PART_SECONDS)
            for name, (pending, since) in parts
        )
