"""The worker's end of one script's process: starts it, hands it records, waits no longer than allowed, ends it."""

from __future__ import annotations

import contextlib
import logging
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from driftline.errors import HookError
from driftline.hooks import wire

LOG = logging.getLogger(__name__)

START_SECONDS = 60.0
"""How long a script may take to be loaded. Chosen: pandas and its like take seconds on a busy machine."""

LAST_LINES = 40
"""Lines that a script has printed last, kept for when it dies. Chosen: a traceback of faulthandler."""

MOST_LINE = 1_000
"""Bytes of such a line; longer ones are cut into several."""

DUMP_SECONDS = 0.5
"""How long a process that is too slow may take to say where it is, before it is killed. Chosen: it takes milliseconds."""

PIPE = 1 << 16
"""Bytes that an empty pipe takes without waiting: pipe(7) of Linux, and what is asked of it at a time."""


class HookDiedError(HookError):
    """The process of a script ended, or was ended for taking too long. ``trace`` is what it printed last."""

    def __init__(self, message: str, trace: str = "") -> None:
        super().__init__(message)
        self.trace = trace


@dataclass(frozen=True)
class Script:
    """A script and the limits of its process: seconds for a batch, bytes of memory (0: any), variables, folders that stand in.

    ``lines``: its handler is given lines of text, not captures.
    """

    path: Path
    handler: str
    seconds: float = 10.0
    memory: int = 0
    environment: Mapping[str, str] = field(default_factory=dict)
    folders: Mapping[str, str] = field(default_factory=dict)
    lines: bool = False


class ScriptProcess:
    """One process of one script. Used by one thread at a time."""

    def __init__(self, script: Script) -> None:
        """Nothing is started."""
        self.script = script
        self._process: subprocess.Popen[bytes] | None = None
        self._frames = wire.Frames()
        self._printed: deque[str] = deque(maxlen=LAST_LINES)
        self._listener: threading.Thread | None = None

    def start(self) -> None:
        """Start the process and load the script, if that is not done. Raises HookError when it cannot be loaded."""
        if self._process is not None:
            return
        script = self.script
        self._process = self._spawn()
        self._frames = wire.Frames()
        self._printed.clear()
        self._listener = threading.Thread(target=self._listen, args=(self._process,), daemon=True)
        self._listener.start()
        try:
            self._send(wire.Setup(str(script.path), script.handler, script.memory, dict(script.folders), script.lines))
            ready = wire.decode_ready(next(self._receive(1, time.monotonic() + START_SECONDS)))
        except HookDiedError as error:
            self.stop()
            raise HookDiedError(f"{script.path}: {error}", error.trace) from None
        if ready.error:
            self.stop()
            raise HookDiedError(f"{script.path}: {ready.error}", ready.trace)

    def _spawn(self) -> subprocess.Popen[bytes]:
        try:
            return subprocess.Popen(
                [sys.executable, "-m", "driftline.hooks.child"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=child_environment(self.script.environment),
                start_new_session=True,
            )
        except OSError as error:
            raise HookDiedError(f"{self.script.path}: no process can be started: {error}") from error

    def answers(self, values: Sequence[bytes]) -> Iterator[wire.Answer]:
        """The answer to each record, in order. Raises HookDiedError when the process dies or the time is up."""
        self.start()
        deadline = time.monotonic() + self.script.seconds
        self._send(wire.Task(list(values)))
        for frame in self._receive(len(values), deadline):
            yield wire.decode_answer(frame)

    def once(self) -> wire.Answer:
        """The answer of a script that is run once, when it is loaded. Raises HookDiedError like :meth:`answers`."""
        self.start()
        self._send(wire.Task([]))
        return wire.decode_answer(next(self._receive(1, time.monotonic() + self.script.seconds)))

    def stop(self) -> None:
        """End the process, at once."""
        self.kill()
        process, self._process = self._process, None
        if process is None:
            return
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def kill(self) -> None:
        """Kill the process and its children, from any thread; the thread that uses it finds it dead."""
        process = self._process
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)

    def _send(self, message: wire.Setup | wire.Task) -> None:
        """Answers come before all is sent, so that neither may wait for the other: a thread writes what does not fit the pipe."""
        pipe, body = self._pipes()[0], wire.framed(message)
        if len(body) <= PIPE:
            _write(pipe, body)
        else:
            threading.Thread(target=_write_and_close, args=(os.dup(pipe), body), daemon=True).start()

    def _pipes(self) -> tuple[int, int]:
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise HookDiedError("is not running")
        return process.stdin.fileno(), process.stdout.fileno()

    def _receive(self, count: int, deadline: float) -> Iterator[bytes]:
        """So many messages of the process."""
        pipe, came = self._pipes()[1], 0
        for frame in self._frames.feed(b""):
            came += 1
            yield frame
        while came < count:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([pipe], [], [], left)[0]:
                raise self._too_slow()
            piece = os.read(pipe, PIPE)
            if not piece:
                raise self._dead()
            for frame in self._frames.feed(piece):
                came += 1
                yield frame

    def _too_slow(self) -> HookDiedError:
        """End a process whose time is up, and say where in the script it was."""
        process = self._process
        if process is not None and hasattr(signal, "SIGUSR1"):
            process.send_signal(signal.SIGUSR1)
            time.sleep(DUMP_SECONDS)
        self.stop()
        return HookDiedError(f"took longer than {self.script.seconds:g} s", self._last_words())

    def _dead(self) -> HookDiedError:
        process = self._process
        code = process.wait() if process is not None else 0
        self.stop()
        how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
        return HookDiedError(f"the process {how}", self._last_words())

    def _last_words(self) -> str:
        if self._listener is not None:
            self._listener.join(DUMP_SECONDS)
        return "\n".join(self._printed)

    def _listen(self, process: subprocess.Popen[bytes]) -> None:
        """Keep the last lines that the script prints, and put them into the log for those who look that close."""
        if process.stderr is None:
            return
        with process.stderr as stream:
            for line in iter(lambda: stream.readline(MOST_LINE), b""):
                text = line.decode("utf-8", "replace").rstrip()
                self._printed.append(text)
                LOG.debug("%s: %s", self.script.path, text)


def child_environment(more: Mapping[str, str]) -> dict[str, str]:
    """The worker's environment without driftline's own settings, which may hold secrets, and with ``more``."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DRIFTLINE_")}
    return {**kept, **more}


def _write(pipe: int, message: bytes) -> None:
    """All of it; a process that is gone is noticed where its answer is waited for."""
    left = memoryview(message)
    with contextlib.suppress(OSError):
        while left:
            left = left[os.write(pipe, left) :]


def _write_and_close(pipe: int, message: bytes) -> None:
    _write(pipe, message)
    os.close(pipe)
