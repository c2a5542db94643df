import asyncio
import gzip
import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import pytest
from aiohttp import ClientResponse, ClientSession

from driftline.errors import ConfigError, NotFoundError
from driftline.exporter import (
    BlockName,
    ExporterServer,
    Exposition,
    Renderer,
    SeriesKey,
    SeriesTable,
    WorkerMetrics,
    names,
)
from driftline.health import Health

pytestmark = pytest.mark.asyncio
PLAIN = {"Accept-Encoding": "identity"}


class Slow(Renderer):
    """Renders only when let; says how often and in which thread."""

    def __init__(self) -> None:
        super().__init__(SeriesTable(), WorkerMetrics())
        self.began = threading.Event()
        self.let = threading.Event()
        self.threads: list[int] = []

    def render(self, accept: str = "") -> Exposition:
        self.threads.append(threading.get_ident())
        self.began.set()
        assert self.let.wait(10)
        return super().render(accept)


class Plain:
    """A page that shows what it was given."""

    policy = "default-src 'none'"

    def __init__(self) -> None:
        self.threads: set[int] = set()

    def first(self, query: Mapping[str, str]) -> str:
        self.threads.add(threading.get_ident())
        return f"<p>{dict(query)}"

    def model(self, query: Mapping[str, str]) -> str:
        if query.get("name") != "churn":
            raise NotFoundError("no such model")
        return f"<h1>{dict(query)}"

    def json(self, query: Mapping[str, str]) -> bytes:
        return b'{"json":1}'


@asynccontextmanager
async def serving(
    renderer: Renderer | None = None, **options: object
) -> AsyncIterator[tuple[ExporterServer, ClientSession]]:
    server = ExporterServer(renderer or Renderer(SeriesTable(), WorkerMetrics()), **options)  # type: ignore[arg-type]
    await server.start()
    try:
        async with ClientSession(f"http://127.0.0.1:{server.port}", auto_decompress=False) as session:
            yield server, session
    finally:
        await server.stop()


async def test_metrics_come_as_text_and_as_openmetrics() -> None:
    async with serving() as (_, session):
        plain = await session.get("/metrics", headers={"Accept-Encoding": "identity"})
        asked = await session.get("/metrics", headers={"Accept": "application/openmetrics-text", "Accept-Encoding": ""})
        assert plain.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        assert asked.headers["Content-Type"].startswith("application/openmetrics-text; version=1.0.0")
        assert b"# TYPE driftline_series gauge" in await plain.read()
        assert (await asked.read()).endswith(b"# EOF\n")


async def test_metrics_are_packed_for_those_who_can_unpack() -> None:
    async with serving() as (_, session):
        packed = await session.get("/metrics", headers={"Accept-Encoding": "gzip"})
        assert packed.headers["Content-Encoding"] == "gzip"
        assert b"driftline_series" in gzip.decompress(await packed.read())


async def test_scrapes_at_the_same_moment_share_one_rendering_off_the_loop() -> None:
    slow = Slow()
    async with serving(slow) as (_, session):
        scrapes = [asyncio.create_task(session.get("/metrics")) for _ in range(20)]
        alive = await session.get("/live")
        assert alive.status == 200
        slow.let.set()
        answers: list[ClientResponse] = await asyncio.gather(*scrapes)
        assert {answer.status for answer in answers} == {200}
        assert len(slow.threads) == 1
        assert slow.threads[0] != threading.get_ident()


async def test_a_scraper_that_hangs_up_does_not_take_the_others_along() -> None:
    slow = Slow()
    async with serving(slow) as (_, session):
        first, second = (asyncio.create_task(session.get("/metrics")) for _ in range(2))
        await asyncio.to_thread(slow.began.wait, 10)
        first.cancel()
        slow.let.set()
        assert (await second).status == 200


def wide() -> Renderer:
    """A renderer of 6 MB of text: more than the sockets between two processes hold."""
    table = SeriesTable(max_series=50_000)
    keys = tuple(SeriesKey(names.FEATURE_MEAN.name, (f"{i:0150}", "1h")) for i in range(25_000))
    table.assign(BlockName("m", "v", "x"), keys, [0.5] * len(keys))
    return Renderer(table, WorkerMetrics())


async def test_a_long_text_arrives_whole_piece_by_piece() -> None:
    renderer = wide()
    async with serving(renderer) as (_, session):
        answer = await session.get("/metrics", headers={"Accept-Encoding": "identity"})
        body = await answer.read()
        assert len(body) == int(answer.headers["Content-Length"]) > 5_000_000
        assert renderer._table_text(openmetrics=False) == body[: body.index(b"# HELP process_")]
        head = await session.head("/metrics", headers={"Accept-Encoding": "identity"})
        assert (head.status, await head.read()) == (200, b"")


async def test_a_scraper_that_never_reads_holds_up_nobody(caplog: pytest.LogCaptureFixture) -> None:
    async with serving(wide()) as (server, session):
        _, stuck = await asyncio.open_connection("127.0.0.1", server.port, limit=1024)
        stuck.write(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
        await stuck.drain()
        for _ in range(3):
            answer = await session.get("/metrics")
            assert b"driftline_series 25000.0" in gzip.decompress(await answer.read())
        stuck.transport.abort()
    assert not caplog.records


async def test_probes_answer_with_the_reasons_in_words_or_as_json() -> None:
    health = {"live": Health(), "ready": Health(ok=False, reasons=("log not read",))}
    async with serving(live=lambda: health["live"], ready=lambda: health["ready"]) as (_, session):
        live, ready = await session.get("/live"), await session.get("/ready")
        assert (live.status, live.content_type, await live.text()) == (200, "text/plain", "ok\n")
        assert (ready.status, await ready.text()) == (503, "not ok\n- log not read\n")
        for asked in (
            await session.get("/ready?format=json"),
            await session.get("/ready", headers={"Accept": "application/json"}),
        ):
            answer = await asked.json()
            assert (asked.status, answer["ok"], answer["reasons"]) == (503, False, ["log not read"])
        health["ready"] = Health()
        assert (await session.get("/ready")).status == 200


async def test_a_readiness_that_has_to_wait_holds_up_nobody() -> None:
    let = threading.Event()

    def waits() -> Health:
        assert let.wait(10)
        return Health()

    async with serving(ready=waits) as (_, session):
        waiting = asyncio.create_task(session.get("/ready"))
        assert (await session.get("/live")).status == 200
        assert not waiting.done()
        let.set()
        assert (await waiting).status == 200


async def test_the_page_is_taken_and_written_off_the_loop() -> None:
    plain = Plain()
    async with serving(page=plain) as (_, session):
        page = await session.get("/?page=2", headers={"Accept-Encoding": "gzip"})
        assert page.headers["Content-Security-Policy"] == "default-src 'none'"
        assert page.headers["Content-Type"] == "text/html; charset=utf-8"
        assert page.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(await page.read()) == b"<p>{'page': '2'}"
        bare = await session.get("/", headers=PLAIN)
        assert "Content-Encoding" not in bare.headers
        assert await bare.text() == "<p>{}"
        assert await (await session.get("/api/state")).json() == {"json": 1}
    assert threading.get_ident() not in plain.threads


async def test_a_model_is_a_query_and_one_that_is_not_there_is_404() -> None:
    async with serving(page=Plain()) as (_, session):
        found = await session.get("/model", params={"name": "churn", "feature": "a/b&c"}, headers=PLAIN)
        assert await found.text() == "<h1>{'name': 'churn', 'feature': 'a/b&c'}"
        missing = await session.get("/model?name=x")
        assert (missing.status, await missing.text()) == (404, "no such model\n")
        assert missing.headers["Content-Type"].startswith("text/plain")


class Stuck(Plain):
    """A page whose worker does not answer."""

    def first(self, query: Mapping[str, str]) -> str:
        raise TimeoutError("the worker's event loop does not come round")

    def json(self, query: Mapping[str, str]) -> bytes:
        raise TimeoutError("the worker's event loop does not come round")


async def test_a_page_that_cannot_be_had_says_where_to_look() -> None:
    async with serving(page=Stuck()) as (_, session):
        for path in ("/", "/api/state"):
            answer = await session.get(path)
            text = "the worker's event loop does not come round; /live says more\n"
            assert (answer.status, await answer.text()) == (503, text)


async def test_every_answer_forbids_guessing_and_keeping() -> None:
    async with serving(page=Plain()) as (_, session):
        for path in ("/", "/metrics", "/live", "/ready", "/api/state"):
            headers = (await session.get(path)).headers
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["Cache-Control"] == "no-store"


async def test_without_a_page_there_is_none_and_nothing_can_be_written() -> None:
    async with serving() as (_, session):
        assert (await session.get("/")).status == 404
        assert (await session.get("/api/state")).status == 404
        assert (await session.post("/metrics")).status == 405


async def test_it_listens_on_this_machine_only_unless_told() -> None:
    async with serving() as (server, _):
        assert {address[0] for address in server.addresses} == {"127.0.0.1"}


async def test_an_address_in_use_is_named() -> None:
    async with serving() as (server, _):
        other = ExporterServer(Renderer(SeriesTable(), WorkerMetrics()), port=server.port)
        with pytest.raises(ConfigError, match=f"web server cannot listen on 127.0.0.1:{server.port}: "):
            await other.start()
        assert other.port == 0
        await other.stop()
