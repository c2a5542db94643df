from __future__ import annotations

import threading
import urllib.request

import pytest

from driftline.errors import ConfigError
from driftline.exporter import ExporterServer, Renderer, SeriesTable, ServerThread, WorkerMetrics
from driftline.health import Health


def server(**how: object) -> ExporterServer:
    return ExporterServer(Renderer(SeriesTable(), WorkerMetrics()), **how)  # type: ignore[arg-type]


def test_it_answers_while_the_thread_that_started_it_does_something_else() -> None:
    asked: list[int] = []

    def live() -> Health:
        asked.append(threading.get_ident())
        return Health()

    serving = server(live=live)
    thread = ServerThread(serving)
    thread.start()
    with urllib.request.urlopen(f"http://127.0.0.1:{serving.port}/live", timeout=20) as answer:
        assert answer.status == 200
    assert asked
    assert threading.get_ident() not in asked
    port = serving.port
    thread.stop()
    thread.check()
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/live", timeout=20)


def test_an_address_in_use_is_a_fault_of_the_start() -> None:
    first = server()
    one = ServerThread(first)
    one.start()
    two = ServerThread(server(port=first.port))
    with pytest.raises(ConfigError, match="web server cannot listen on"):
        two.start()
    two.stop()
    one.stop()


def test_what_ends_the_thread_is_raised_when_asked_for() -> None:
    thread = ServerThread(server())
    thread.start()
    thread.check()
    assert thread._loop is not None
    ended = threading.Event()
    thread._loop.call_soon_threadsafe(lambda: (thread._loop.stop(), ended.set()))  # type: ignore[union-attr]
    assert ended.wait(20)
    thread._thread.join(20)
    with pytest.raises(RuntimeError, match="Event loop stopped"):
        thread.check()


def test_stopping_what_was_never_started_is_nothing() -> None:
    ServerThread(server()).stop()
