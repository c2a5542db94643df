from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

from driftline.exporter import ExporterServer, Renderer, SeriesTable, ServerThread, WorkerMetrics
from driftline.overview.fetch import ask

TOKEN = "a-token-for-this-test"


@contextmanager
def worker(token: str | None) -> Iterator[str]:
    server = ExporterServer(Renderer(SeriesTable(), WorkerMetrics()), token=token)
    thread = ServerThread(server)
    thread.start()
    yield f"127.0.0.1:{server.port}"
    thread.stop()


def test_a_worker_with_a_token_answers_whoever_has_it() -> None:
    with worker(TOKEN) as address:
        assert ask([address], TOKEN)[1] == {}
        assert ask([address])[1] == {address: "Unauthorized"}
        assert ask([address], TOKEN + "x")[1] == {address: "Unauthorized"}


def test_a_token_does_not_follow_a_redirection() -> None:
    heard: list[str | None] = []

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(self.headers["Authorization"])
            self.send_response(302 if self.path == "/metrics" else 200)
            self.send_header("Location", f"http://localhost:{self.server.server_port}/other")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with HTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        assert ask([f"127.0.0.1:{server.server_port}"], TOKEN)[1] == {}
        server.shutdown()
    assert heard == [f"Bearer {TOKEN}", None]
