"""The worker of the demo: the real command in a process of its own, and what can be seen of it over HTTP."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Final, Self

import msgspec

from driftline.errors import DriftlineError
from driftline.web.state import PageState

HOST: Final = "127.0.0.1"
USUAL_PORT: Final = 9109
START_SECONDS: Final = 60.0
STOP_SECONDS: Final = 10.0
_ANSWER_SECONDS: Final = 2.0
_LAST_LINES: Final = 15


class WorkerProcess:
    """``python -m driftline worker`` as a child that cannot outlive us; a context manager."""

    def __init__(self, config: Path, log: Path, port: int) -> None:
        """Start it; returns at once. ``port`` is where the configuration says that it serves."""
        worker = [sys.executable, "-m", "driftline", "worker", "--config", str(config)]
        command = [sys.executable, "-m", "driftline.demo.tether", str(os.getpid()), *worker]
        environ = {name: value for name, value in os.environ.items() if not name.startswith("DRIFTLINE_")}
        self._log, self._port = log, port
        with log.open("wb") as out:
            # A session of its own: Ctrl-C reaches the demo alone, which then stops everything in order.
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True, env=environ
            )

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def address(self) -> str:
        """Where it serves ``/metrics`` and the live page."""
        return f"http://{HOST}:{self._port}"

    def wait_ready(self) -> None:
        """Return when it reads its topics. DriftlineError when it stops before that, or takes too long."""
        until = time.monotonic() + START_SECONDS
        while self._get("/ready") is None:
            self.check()
            if time.monotonic() > until:
                raise DriftlineError(f"the worker was not ready within {START_SECONDS:.0f} s{self._last_words()}")
            time.sleep(0.05)

    def state(self) -> PageState | None:
        """What its live page shows; None when it does not answer in time."""
        body = self._get("/api/state")
        return None if body is None else msgspec.json.decode(body, type=PageState)

    def check(self) -> None:
        """Raise DriftlineError when it has stopped."""
        code = self._process.poll()
        if code is not None:
            raise DriftlineError(f"the worker stopped with code {code}{self._last_words()}")

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Ask it to finish and wait, then end it: a restart would be exact, so that nothing depends on its consent."""
        if self._process.poll() is None:
            self._process.terminate()
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.stop(STOP_SECONDS if kind is None else 0.0)

    def _get(self, path: str) -> bytes | None:
        connection = http.client.HTTPConnection(HOST, self._port, timeout=_ANSWER_SECONDS)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException):
            return None
        else:
            return body if answer.status == http.client.OK else None
        finally:
            connection.close()

    def _last_words(self) -> str:
        lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines()[-_LAST_LINES:]
        return "\n  ".join([f"; {self._log} ends with:", *lines]) if lines else ""


def free_port() -> int:
    """The usual port of ``/metrics`` if nobody has it, else any free one."""
    for port in (USUAL_PORT, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise DriftlineError(f"no port of {HOST} is free")
