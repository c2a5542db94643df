"""Several processes of one script: records in, answers out, in order; one that ends its process is refused, the rest goes on."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from driftline.errors import HookError
from driftline.hooks.process import HookDiedError, Script, ScriptProcess
from driftline.hooks.wire import REFUSED, Answer

CHUNK = 100
"""Records of a batch for one process: what the time limit is for. Chosen: a script that takes 1 ms a record is far from it."""

MOST_IN_A_ROW = 3
"""Deaths one after the other, after which the rest of a batch is refused unseen. Chosen: bad records come one by one, so that
three mean the script itself; a batch takes three time limits at most then."""

MOST_DEATHS = 20
"""Deaths in one batch, likewise."""


LOOK_SECONDS = 0.5
"""Between two looks at whether the pool has been closed, while all processes are at work."""


class HookClosedError(HookError):
    """The processes are ending: what they were given has not been worked on."""


@dataclass
class _Patience:
    """How often processes have died in one batch."""

    deaths: int = 0
    in_a_row: int = 0
    last: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def died(self, why: str) -> None:
        with self.lock:
            self.deaths, self.in_a_row, self.last = self.deaths + 1, self.in_a_row + 1, why

    def answered(self) -> None:
        self.in_a_row = 0

    @property
    def is_over(self) -> bool:
        return self.in_a_row >= MOST_IN_A_ROW or self.deaths >= MOST_DEATHS


class ScriptPool:
    """Processes of one script. May be used by several threads; processes are started when they are first needed."""

    def __init__(self, script: Script, processes: int = 1) -> None:
        """``processes``: 1 or more."""
        self.script = script
        self.deaths = 0
        self._closed = False
        self._all = [ScriptProcess(script) for _ in range(processes)]
        self._free: queue.SimpleQueue[ScriptProcess] = queue.SimpleQueue()
        for process in self._all:
            self._free.put(process)
        self._threads = ThreadPoolExecutor(processes, "hook") if processes > 1 else None

    def start(self) -> None:
        """Start every process. Raises HookError, with what the script said, when it cannot be loaded."""
        for process in self._all:
            process.start()

    def run(self, values: Sequence[bytes]) -> list[Answer]:
        """The answer to each record, in order. Blocks. Raises HookClosedError once closed, nothing that a script could cause."""
        patience = _Patience()
        chunks = [values[at : at + CHUNK] for at in range(0, len(values), CHUNK)]
        if self._threads is None or len(chunks) == 1:
            found = [self._work(chunk, patience) for chunk in chunks]
        else:
            found = list(self._threads.map(lambda chunk: self._work(chunk, patience), chunks))
        return [answer for chunk in found for answer in chunk]

    def close(self) -> None:
        """End all processes, whatever they are at; :meth:`run` raises HookClosedError from now on."""
        self._closed = True
        with contextlib.suppress(queue.Empty):
            while True:
                self._free.get_nowait().stop()
        for process in self._all:
            process.kill()
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)

    def _work(self, values: Sequence[bytes], patience: _Patience) -> list[Answer]:
        answers: list[Answer] = []
        while len(answers) < len(values):
            if patience.is_over:
                given_up = (
                    f"not tried, because the script failed {patience.deaths} times in this batch: {patience.last}"
                )
                answers += [Answer(REFUSED, error=given_up)] * (len(values) - len(answers))
                break
            with self._process() as process:
                try:
                    for answer in process.answers(values[len(answers) :]):
                        answers.append(answer)
                        patience.answered()
                except HookDiedError as error:
                    if self._closed:
                        raise HookClosedError(f"{self.script.path}: is ending") from None
                    self.deaths += 1
                    patience.died(str(error))
                    answers.append(Answer(REFUSED, error=str(error), trace=error.trace))
        return answers

    @contextlib.contextmanager
    def _process(self) -> Iterator[ScriptProcess]:
        process = None
        while process is None:
            if self._closed:
                raise HookClosedError(f"{self.script.path}: is ending")
            with contextlib.suppress(queue.Empty):
                process = self._free.get(timeout=LOOK_SECONDS)
        try:
            yield process
        finally:
            if self._closed:
                process.stop()
            self._free.put(process)
