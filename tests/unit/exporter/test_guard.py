import asyncio
import base64
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import pytest
from aiohttp import ClientSession

from driftline.exporter import ExporterServer, Renderer, SeriesTable, WorkerMetrics, door
from driftline.exporter.guard import is_loopback, unguarded

TOKEN = "correct-horse-battery"


class Plain:
    policy = "default-src 'none'"

    def first(self, query: Mapping[str, str]) -> str:
        return "<p>"

    model = first

    def json(self, query: Mapping[str, str]) -> bytes:
        return b"{}"


def basic(password: str) -> str:
    return "Basic " + base64.b64encode(f"anybody:{password}".encode()).decode()


@asynccontextmanager
async def serving(token: str | None = TOKEN, host: str = "127.0.0.1") -> AsyncIterator[tuple[int, ClientSession]]:
    server = ExporterServer(Renderer(SeriesTable(), WorkerMetrics()), page=Plain(), token=token, host=host)
    await server.start()
    try:
        async with ClientSession(f"http://127.0.0.1:{server.port}") as session:
            yield server.port, session
    finally:
        await server.stop()


@pytest.mark.asyncio
@pytest.mark.parametrize("given", [f"Bearer {TOKEN}", f"bearer  {TOKEN}", basic(TOKEN)])
async def test_whoever_knows_the_token_may_read_everything(given: str) -> None:
    async with serving() as (_, session):
        for path in ("/", "/model?name=churn", "/api/state", "/metrics"):
            assert (await session.get(path, headers={"Authorization": given})).status == 200
        assert (await session.get("/nothing", headers={"Authorization": given})).status == 404


WRONG = [
    "",
    TOKEN,
    "Bearer",
    "Bearer ",
    f"Bearer {TOKEN}x",
    f"Bearer {TOKEN[:-1]}",
    f"Digest {TOKEN}",
    f"Bearer {TOKEN.upper()}",
    basic(""),
    basic("x" + TOKEN),
    "Basic ====",
    "Basic \xff",
    "Bearer \xe4\xff",
]


@pytest.mark.asyncio
@pytest.mark.parametrize("given", WRONG)
async def test_everybody_else_is_asked_for_it_and_learns_nothing(given: str) -> None:
    async with serving() as (port, _):
        for path in ("/", "/model?name=churn", "/api/state", "/metrics", "/nothing", "/live/../metrics", "//live"):
            head, _, body = (await ask(port, f"GET {path} HTTP/1.1", f"Authorization: {given}")).partition("\r\n\r\n")
            assert head.startswith("HTTP/1.1 401 "), path
            assert "WWW-Authenticate: Bearer" in head
            assert body == "a token is needed: Authorization: Bearer …\n"


@pytest.mark.asyncio
async def test_probes_need_no_token() -> None:
    async with serving() as (_, session):
        assert (await session.get("/live")).status == 200
        assert (await session.get("/ready")).status == 200


@pytest.mark.asyncio
@pytest.mark.parametrize("host", ["localhost", "localhost:1", "127.0.0.1", "127.0.0.1:9109", "[::1]", "[::1]:9109"])
async def test_without_a_token_this_machine_is_answered(host: str) -> None:
    async with serving(token=None) as (port, _):
        assert (await ask(port, "GET /metrics HTTP/1.1", host=host)).startswith("HTTP/1.1 200 ")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:9109", "127.0.0.1.evil.example", "localhost.evil", "", "[]", ":"]
)
async def test_without_a_token_a_name_that_was_pointed_here_is_turned_away(host: str) -> None:
    async with serving(token=None) as (port, _):
        assert (await ask(port, "GET /api/state HTTP/1.1", host=host)).startswith("HTTP/1.1 421 ")
        assert (await ask(port, "GET /live HTTP/1.1", host=host)).startswith("HTTP/1.1 200 ")


@pytest.mark.asyncio
async def test_whoever_listens_on_all_addresses_has_said_so() -> None:
    async with serving(token=None, host="0.0.0.0") as (port, _):  # noqa: S104 - what is tested
        assert (await ask(port, "GET /metrics HTTP/1.1", host="worker:9109")).startswith("HTTP/1.1 200 ")


def test_a_worker_that_is_open_to_others_knows_it() -> None:
    hosts = ["127.0.0.1", "::1", "localhost", "0.0.0.0", "::", "10.0.0.7", "worker.example"]  # noqa: S104 - what is tested
    assert [host for host in hosts if is_loopback(host)] == ["127.0.0.1", "::1", "localhost"]
    assert [host for host in hosts if unguarded(None, host)] == hosts[3:]
    assert not any(unguarded(TOKEN, host) for host in hosts)


async def ask(port: int, line: str, *headers: str, host: str = "localhost") -> str:
    """The whole answer to a request written by hand."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    lines = [line, f"Host: {host}", *headers, "Accept-Encoding: identity", "Connection: close"]
    writer.write("".join(f"{one}\r\n" for one in [*lines, ""]).encode("latin-1"))
    answer = await reader.read()
    writer.close()
    return answer.decode()


@pytest.mark.asyncio
async def test_a_request_that_is_too_long_is_refused_and_fills_no_log(caplog: pytest.LogCaptureFixture) -> None:
    async with serving(token=None) as (port, _):
        long = "x" * door.MAX_LINE_BYTES
        assert (await ask(port, f"GET /metrics?{long} HTTP/1.1"))[9:12] == "400"
        assert (await ask(port, "GET /live HTTP/1.1", f"Cookie: {long}x"))[9:12] == "400"
        many = [f"X-{number}: 1" for number in range(door.MAX_HEADERS + 1)]
        assert (await ask(port, "GET /live HTTP/1.1", *many))[9:12] == "400"
        assert (await ask(port, "GET /live HTTP/1.1", *many[:20])).startswith("HTTP/1.1 200 ")
        assert (await ask(port, "\x16\x03\x01 no HTTP"))[9:12] == "400"
    assert not caplog.records


@pytest.mark.asyncio
async def test_one_connection_too_many_is_hung_up_and_a_place_that_is_left_is_given_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(door, "MAX_CONNECTIONS", 3)
    async with serving(token=None) as (port, _):
        inside = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
        await settled()
        with pytest.raises(AssertionError):
            await answered(port)
        inside[0][1].close()
        await inside[0][1].wait_closed()
        await settled()
        await answered(port)
        for _, writer in inside[1:]:
            writer.close()


@pytest.mark.asyncio
async def test_who_says_nothing_whole_is_shown_out_and_who_does_may_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "SILENCE_SECONDS", 0.05)
    async with serving(token=None) as (port, _):
        slow, drip = await asyncio.open_connection("127.0.0.1", port)
        drip.write(b"GET /live HTTP/1.1\r\nHost: loc")
        polite, asking = await asyncio.open_connection("127.0.0.1", port)
        request = b"GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n"
        asking.write(request)
        assert (await polite.readuntil(b"ok\n")).startswith(b"HTTP/1.1 200 ")
        assert await asyncio.wait_for(slow.read(), 10) == b""
        asking.write(request)
        assert (await polite.readuntil(b"ok\n")).startswith(b"HTTP/1.1 200 ")
        drip.close()
        asking.close()


async def settled() -> None:
    """Let the server, which runs on this very loop, see what its sockets have to tell."""
    for _ in range(20):
        await asyncio.sleep(0)


async def answered(port: int) -> None:
    try:
        answer = await ask(port, "GET /live HTTP/1.1")
    except ConnectionError:
        answer = ""
    assert answer.startswith("HTTP/1.1 200 ")
