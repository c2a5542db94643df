"""The way from a process to Kafka: a buffer, a thread that empties it, and what happens at a fork and at the end."""

from __future__ import annotations

import atexit
import os
import threading
import time
import weakref
from collections.abc import Callable
from typing import Final

from driftline.capture.buffer import Buffer
from driftline.capture.entries import Batch, Row
from driftline.capture.ids import EventIds
from driftline.capture.reporter import Reporter
from driftline.capture.sender import Connect, Sender, Transport
from driftline.capture.settings import PipeSettings

TICK_SECONDS: Final = 0.05
"""The sender looks for rows so often. Chosen, because waking it for every row would cost the model's thread more than the row."""


class Pipe:
    """One buffer, one thread, one producer, for as many recorders as share it. Starts with the first row.

    A forked child begins anew, without the parent's rows: the parent sends those. Everything is safe in any thread.
    """

    def __init__(self, settings: PipeSettings, connect: Connect | None = None) -> None:
        """``connect`` stands in for Kafka in tests."""
        self._settings = settings
        self._connect = connect or self._kafka
        self._closed = False
        self._begin()
        _PIPES.add(self)

    def put(self, row: Row) -> None:
        """Take a row; never waits. 0.5 us."""
        self.count("logged")
        if self._closed:
            self.count("dropped")
            return
        if dropped := self._buffer.put(row):
            self.count("dropped", dropped)
        if self._thread is None:
            self._start()

    def put_batch(self, batch: Batch) -> bool:
        """Take a batch; False when it was dropped at once. Never waits."""
        self.count("logged", batch.rows)
        dropped = batch.rows if self._closed else self._buffer.put_batch(batch)
        if dropped:
            self.count("dropped", dropped)
        if self._thread is None and not self._closed:
            self._start()
        return not self._closed and batch.rows <= self._settings.queue_rows

    def counters(self) -> dict[str, int]:
        """All counters by name, of this process."""
        return self._reporter.counters()

    def flush(self, seconds: float) -> bool:
        """Wait until everything handed over before is delivered or lost; False if it took longer."""
        deadline = time.monotonic() + seconds
        while len(self._buffer) or self._sender.is_busy or self._sender.outstanding:
            if time.monotonic() >= deadline or self._thread is None:
                return False
            time.sleep(0.005)
        return True

    def close(self, seconds: float | None = None) -> None:
        """Send what is left, for at most so long (the settings' ``exit_seconds``); later rows are dropped."""
        self.stop(seconds)
        self.join()

    def stop(self, seconds: float | None = None) -> None:
        """Begin to close, without waiting for it."""
        if not self._closed:
            self._deadline = time.monotonic() + (self._settings.exit_seconds if seconds is None else seconds)
            self._closed = True
            self._stop.set()

    def join(self) -> None:
        """Wait for the end of what :meth:`stop` began, at most a second beyond its limit."""
        if self._thread is not None:
            self._thread.join(max(0.0, self._deadline - time.monotonic()) + 1.0)
        elif len(self._buffer):  # no thread could be started
            self._sender.finish(self._deadline)

    def after_fork(self) -> None:
        """Begin anew in a forked child."""
        self._sender.abandon()
        self._begin()

    def _begin(self) -> None:
        """Everything that holds a lock, a thread, a connection or a row."""
        self._buffer = Buffer(self._settings.queue_rows)
        self._reporter = Reporter(self._settings.topic)
        self.count: Callable[..., None] = self._reporter.count
        self.trouble: Callable[[str, object], None] = self._reporter.trouble
        self._sender = Sender(self._buffer, self._connect, self._reporter)
        self.ids = EventIds()
        self._starting = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._deadline = 0.0

    def _start(self) -> None:
        """Start the thread unless another one is just doing so; if it cannot be, the next row tries again."""
        if not self._starting.acquire(blocking=False):
            return
        try:
            if self._thread is None:
                thread = threading.Thread(target=self._run, name="driftline-capture", daemon=True)
                thread.start()
                self._thread = thread
        except RuntimeError as error:
            self._reporter.trouble("no thread", error)
        finally:
            self._starting.release()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                idle = not self._sender.step()
            except Exception as error:  # noqa: BLE001 - the thread has to outlive every fault
                self.count("errors")
                self._reporter.trouble("sender", error)
                idle = True
            if idle:
                self._stop.wait(TICK_SECONDS)
            else:
                time.sleep(0)  # the model's threads first
        try:
            self._sender.finish(self._deadline)
        except Exception as error:  # noqa: BLE001 - nobody is left to catch it
            self.count("errors")
            self._reporter.trouble("sender", error)

    def _kafka(self, settled: Callable[[str | None], None]) -> Transport:
        from driftline.capture.transport import KafkaTransport  # noqa: PLC0415 - librdkafka, only where rows are sent

        return KafkaTransport(self._settings.topic, self._settings.client, settled)


_PIPES: Final[weakref.WeakSet[Pipe]] = weakref.WeakSet()


def _close_all() -> None:
    """At the end of the process: all at the same time, so that the longest limit counts and not the sum."""
    pipes = list(_PIPES)
    for pipe in pipes:
        pipe.stop()
    for pipe in pipes:
        pipe.join()


def _after_fork() -> None:
    for pipe in list(_PIPES):
        pipe.after_fork()


atexit.register(_close_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
