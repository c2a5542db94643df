"""The web server on an event loop and a thread of its own, so that it answers while everything else is stuck."""

from __future__ import annotations

import asyncio
import threading

from driftline.exporter.server import ExporterServer


class ServerThread:
    """Runs an `ExporterServer`; ``start`` and ``stop`` wait, and may be called from any thread but its own."""

    def __init__(self, server: ExporterServer) -> None:
        self._server = server
        self._thread = threading.Thread(target=self._run, name="web server", daemon=True)
        self._settled = threading.Event()
        self._stopping = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._error: BaseException | None = None

    @property
    def port(self) -> int:
        """The port listened on; 0 while nobody listens."""
        return self._server.port

    def start(self) -> None:
        """Listen. Raises ConfigError when the address cannot be had."""
        self._thread.start()
        self._settled.wait()
        self.check()

    def stop(self, seconds: float = 5.0) -> None:
        """Stop listening; a server that was never started, or has ended, is stopped already."""
        if self._loop is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join(seconds)

    def check(self) -> None:
        """Raise what the thread ended with, if it has ended with anything."""
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # noqa: BLE001 - it is raised where it is asked for
            self._error = error
        finally:
            self._settled.set()

    async def _serve(self) -> None:
        await self._server.start()
        self._loop = asyncio.get_running_loop()
        self._settled.set()
        try:
            await self._told_to_stop()
        finally:
            await self._server.stop()

    async def _told_to_stop(self) -> None:
        await self._stopping.wait()
