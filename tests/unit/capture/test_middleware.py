"""The middleware within the real frameworks."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import fastapi
import flask
import httpx
import pytest
import starlette.applications
import starlette.background
import starlette.requests
import starlette.responses
import starlette.routing

from driftline.capture import AsgiCapture, Recorder, WsgiCapture, note
from support.carrier import Carrier, carried


@pytest.fixture
def carrier() -> Carrier:
    return Carrier()


@pytest.fixture
def recorder(carrier: Carrier) -> Iterator[Recorder]:
    with carried(carrier) as recorder:
        yield recorder


def sent(recorder: Recorder, carrier: Carrier) -> list[dict[str, Any]]:
    recorder.close()
    return carrier.rows()


def get(app: Any, *paths: str) -> list[int]:  # noqa: ANN401 - an ASGI application of any framework
    async def ask() -> list[int]:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return [(await client.get(path)).status_code for path in paths]

    return asyncio.run(ask())


def fastapi_app(recorder: Recorder) -> fastapi.FastAPI:
    app = fastapi.FastAPI()
    app.add_middleware(AsgiCapture, recorder=recorder)

    @app.get("/async/{age}")
    async def asynchronous(age: int) -> float:
        note({"age": age}, entity=f"customer-{age}")
        note(prediction=0.5)
        return 0.5

    @app.get("/thread/{age}")
    def in_a_thread(age: int) -> float:
        note({"age": age}, 0.25)
        return 0.25

    @app.get("/raises/{age}")
    def raises(age: int) -> float:
        note({"age": age})
        raise FloatingPointError("of customer-17")

    @app.get("/refuses/{age}")
    def refuses(age: int) -> float:
        note({"age": age})
        raise fastapi.HTTPException(422)

    @app.get("/silent")
    def silent() -> str:
        return "alive"

    @app.get("/rows")
    def several() -> list[int]:
        for age in range(3):
            note({"age": age}, age * 10)
        return [0, 10, 20]

    return app


def test_fastapi(recorder: Recorder, carrier: Carrier) -> None:
    paths = ["/async/41", "/thread/18", "/raises/7", "/refuses/8", "/silent", "/nowhere"]
    assert get(fastapi_app(recorder), *paths) == [200, 200, 500, 422, 200, 404]
    rows = sent(recorder, carrier)
    found = [(row["features"], row.get("prediction"), row["status"], row.get("error")) for row in rows]
    assert found == [
        ({"age": 41}, 0.5, 200, None),
        ({"age": 18}, 0.25, 200, None),
        ({"age": 7}, None, 500, "FloatingPointError"),
        ({"age": 8}, None, 422, None),
    ]
    assert rows[0]["entity"] == "customer-41"
    assert all(row["latency"] > 0 for row in rows)


def test_several_rows_of_a_request_share_its_latency_as_one(recorder: Recorder, carrier: Carrier) -> None:
    assert get(fastapi_app(recorder), "/rows") == [200]
    rows = sent(recorder, carrier)
    assert [(row["features"]["age"], row["prediction"], row["status"]) for row in rows] == [
        (0, 0, 200),
        (1, 10, 200),
        (2, 20, 200),
    ]
    assert ["latency" in row for row in rows] == [True, False, False]


def test_requests_at_the_same_time_do_not_mix(recorder: Recorder, carrier: Carrier) -> None:
    app = fastapi_app(recorder)

    async def ask() -> None:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
            kinds = ("async", "thread")
            await asyncio.gather(*(client.get(f"/{kind}/{age}") for age in range(40) for kind in kinds))

    asyncio.run(ask())
    answers = {0.5: [], 0.25: []}  # type: dict[float, list[int]]
    for row in sent(recorder, carrier):
        answers[row["prediction"]].append(row["features"]["age"])
    assert sorted(answers[0.5]) == sorted(answers[0.25]) == list(range(40))


def test_starlette_is_recorded_when_the_response_is_out_and_not_when_its_tasks_are_done(
    recorder: Recorder, carrier: Carrier
) -> None:
    seen: list[int] = []

    async def later() -> None:
        seen.append(recorder.counters()["logged"])

    async def predict(_: starlette.requests.Request) -> starlette.responses.Response:
        async def body() -> Any:  # noqa: ANN401 - an asynchronous generator
            yield b"1"
            yield b"2"

        note({"age": 41}, "yes")
        return starlette.responses.StreamingResponse(body(), background=starlette.background.BackgroundTask(later))

    app = starlette.applications.Starlette(routes=[starlette.routing.Route("/", predict)])
    app.add_middleware(AsgiCapture, recorder=recorder)
    assert get(app, "/") == [200]
    assert seen == [1]
    assert [row["prediction"] for row in sent(recorder, carrier)] == ["yes"]


def test_a_client_that_goes_away_is_no_error_of_the_model(recorder: Recorder, carrier: Carrier) -> None:
    async def app(*_: object) -> None:
        note({"age": 41})
        await asyncio.Event().wait()

    async def cancelled() -> None:
        task = asyncio.create_task(AsgiCapture(app, recorder)({"type": "http"}, receive, send))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancelled())
    assert [(row["status"], row.get("error")) for row in sent(recorder, carrier)] == [(499, None)]


async def receive() -> dict[str, Any]:
    return {}


async def send(_: object) -> None:
    """Nowhere."""


def test_what_is_no_http_passes(recorder: Recorder, carrier: Carrier) -> None:
    passed: list[object] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - as ASGI has it
        note({"age": 41})
        passed.append((scope["type"], receive, send))

    asyncio.run(AsgiCapture(app, recorder)({"type": "websocket"}, receive, send))
    assert passed == [("websocket", receive, send)]
    assert sent(recorder, carrier) == []


def flask_app(recorder: Recorder) -> flask.Flask:
    app = flask.Flask(__name__)
    app.wsgi_app = WsgiCapture(app.wsgi_app, recorder)  # type: ignore[method-assign]

    @app.get("/fine/<int:age>")
    def fine(age: int) -> str:
        note({"age": age}, 0.5)
        return "0.5"

    @app.get("/raises/<int:age>")
    def raises(age: int) -> str:
        note({"age": age})
        raise FloatingPointError("of customer-17")

    @app.get("/stream/<int:age>")
    def stream(age: int) -> flask.Response:
        note({"age": age}, 0.75)
        return flask.Response(iter(["a", "b"]))

    @app.get("/broken/<int:age>")
    def broken(age: int) -> flask.Response:
        def body() -> Iterator[str]:
            yield "a"
            raise OSError("disk")

        note({"age": age}, 0.75)
        return flask.Response(body())

    @app.get("/silent")
    def silent() -> str:
        return "alive"

    return app


def test_flask(recorder: Recorder, carrier: Carrier) -> None:
    client = flask_app(recorder).test_client()
    for path, status in {"/fine/41": 200, "/raises/7": 500, "/silent": 200, "/nowhere": 404, "/stream/18": 200}.items():
        with client.get(path) as response:
            assert (response.status_code, bool(response.data)) == (status, True)
    rows = sent(recorder, carrier)
    assert [(row["features"], row.get("prediction"), row["status"], row.get("error")) for row in rows] == [
        ({"age": 41}, 0.5, 200, None),
        ({"age": 7}, None, 500, None),  # Flask made a response of it before it came here
        ({"age": 18}, 0.75, 200, None),
    ]
    assert all(row["latency"] > 0 for row in rows)


def test_what_leaves_a_wsgi_application_is_recorded_and_goes_on(recorder: Recorder, carrier: Carrier) -> None:
    app = flask_app(recorder)
    app.config["PROPAGATE_EXCEPTIONS"] = True
    client = app.test_client()
    with pytest.raises(FloatingPointError, match="of customer-17"):
        client.get("/raises/7")
    with pytest.raises(OSError, match="disk"), client.get("/broken/8") as response:
        response.get_data()
    rows = sent(recorder, carrier)
    assert [(row["features"]["age"], row["status"], row["error"]) for row in rows] == [
        (7, 500, "FloatingPointError"),
        (8, 500, "OSError"),
    ]


def test_notes_outside_of_a_request_and_of_unknown_parts_are_passed_over(recorder: Recorder, carrier: Carrier) -> None:
    note({"age": 41}, 0.5)

    def app(_: object, start: Any) -> list[bytes]:  # noqa: ANN401 - as WSGI has it
        note({"age": 7}, colour="red", segment={"country": "de"})
        start("204 No Content", [])
        return []

    body = WsgiCapture(app, recorder)({}, lambda *_: None)
    assert list(body) == []
    body.close()  # type: ignore[attr-defined]
    note(prediction=0.9)
    rows = sent(recorder, carrier)
    assert [(row["features"], row["status"], row["segment"]) for row in rows] == [({"age": 7}, 204, {"country": "de"})]
