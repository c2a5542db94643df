"""A model server in forty lines, of the standard library alone, that tells driftline what it is asked and what it answers.

    python examples/server.py
    curl -d '{"age": 41, "plan": "free"}' http://127.0.0.1:8000/

Kafka is at 127.0.0.1:9092, or where DRIFTLINE__KAFKA__BOOTSTRAP says.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.simple_server import make_server

from driftline.capture import Recorder, WsgiCapture, note


def predict(row: dict[str, Any]) -> float:
    """The model. It knows three plans, and raises for others."""
    return {"free": 0.6, "basic": 0.3, "premium": 0.1}[row["plan"]] - row["age"] / 1_000


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """One request: a JSON object of features. They are noted before the model is asked, so that its failures are seen."""
    row = json.loads(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))
    note(row, entity=environ.get("HTTP_X_CUSTOMER"))
    answer = predict(row)
    note(prediction=answer)
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps({"churn": answer}).encode()]


if __name__ == "__main__":
    with (
        Recorder("churn", "1") as recorder,
        make_server("127.0.0.1", 8000, WsgiCapture(application, recorder)) as server,  # type: ignore[arg-type]
    ):
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print(recorder.counters())
