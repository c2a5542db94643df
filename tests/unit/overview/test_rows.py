from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from typer.testing import CliRunner

from driftline.cli.main import app
from driftline.errors import ConfigError
from driftline.exporter import names
from driftline.exporter.reading import readings
from driftline.overview.fetch import url_of
from driftline.overview.rows import STATES, WANTED, overview

FIRST = """\
# HELP driftline_model_state x
# TYPE driftline_model_state gauge
driftline_model_state{model="churn",version="1",window="1h"} 3.0
driftline_model_state{model="quiet",version="1",window="1h"} 0.0
driftline_window_rows{model="churn",version="1",window="1h"} 1500.0
driftline_window_end_timestamp_seconds{model="churn",version="1",window="1h"} 1.8e+09
driftline_open_incidents{model="churn",version="1",severity="critical"} 1.0
driftline_open_incidents{model="churn",version="1",severity="warning"} 2.0
driftline_feature_state{model="churn",version="1",feature="[age]",window="1h",check="baseline_drift_check"} 3.0
driftline_feature_state{model="churn",version="1",feature="[age]",window="1h",check="completeness_check"} 0.0
driftline_feature_state{model="churn",version="1",feature="fine",window="1h",check="completeness_check"} 0.0
driftline_feature_shift_sigmas{model="churn",version="1",feature="[age]",window="1h",distance="linf_robust"} 1.25
driftline_feature_shift_sigmas{model="churn",version="1",feature="[age]",window="1h",distance="psi"} 9.0
driftline_consumer_lag_records{topic="t",partition="10"} 5.0
driftline_source_condition{topic="t",partition="10",condition="slow"} 1.0
driftline_source_condition{topic="t",partition="10",condition="current"} 0.0
driftline_records_total{topic="t",partition="10",result="accepted"} 7.0
"""
SECOND = """\
driftline_model_state{model="quiet",version="1",window="1h"} 2.0
driftline_source_condition{topic="t",partition="9",condition="unreachable"} 1.0
"""


@pytest.fixture
def workers() -> Iterator[list[str]]:
    """Two workers that answer with the texts above."""
    made = []
    for text in (FIRST, SECOND):

        class Handler(http.server.BaseHTTPRequestHandler):
            body = text.encode()

            def do_GET(self) -> None:
                self.send_response(200 if self.path == "/metrics" else 404)
                self.end_headers()
                self.wfile.write(self.body)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401 - as it is called there
                """Say nothing."""

        server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        made.append(server)
    yield [f"127.0.0.1:{server.server_port}" for server in made]
    for server in made:
        server.shutdown()
        server.server_close()


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["top", *arguments])
    return result.exit_code, result.stdout, result.stderr


def test_the_worst_of_all_workers_comes_first() -> None:
    seen = overview([*readings(FIRST, WANTED), *readings(SECOND, WANTED)])
    assert [(row.model, row.state, row.rows, row.incidents) for row in seen.models] == [
        ("churn", "VIOLATED", 1500, 3),
        ("quiet", "UNKNOWN", 0, 0),
    ]
    (age,) = seen.features
    assert (age.feature, age.state, age.checks, age.shift) == ("[age]", "VIOLATED", ("baseline_drift_check",), 1.25)
    assert [(row.partition, row.condition, row.lag) for row in seen.sources] == [
        (9, "unreachable", None),
        (10, "slow", 5),
    ]


def test_the_states_are_ranked_as_the_gauge_says() -> None:
    assert ", ".join(f"{rank} {state}" for rank, state in enumerate(STATES)) == names.STATE_VALUES


def test_nothing_makes_no_rows() -> None:
    assert overview([]) == overview(readings("", WANTED))


def test_once_shows_tables_and_violated_is_1(workers: list[str]) -> None:
    code, out, err = run("--once", *workers)
    assert (code, err) == (1, "")
    assert "\x1b" not in out
    for words in (
        "churn/1",
        "VIOLATED",
        "1,500",
        "2027-01-15 08:00:00Z",
        "[age]",
        "1.25 σ",
        "t[10]",
        "slow",
        "models (2)",
    ):
        assert words in out
    code, out, _ = run("--once", "--rows", "1", *workers)
    assert "models (1 of 2, worst first)" in out
    assert "quiet" not in out


def test_json_is_a_document_a_row(workers: list[str]) -> None:
    code, out, _ = run("--once", "--json", workers[1])
    assert code == 0, "UNKNOWN is no violation"
    rows = [json.loads(line) for line in out.splitlines()]
    assert [row["row"] for row in rows] == ["model", "source"]
    assert rows[1] == {"row": "source", "topic": "t", "partition": 9, "condition": "unreachable", "lag": None}


def test_a_worker_that_does_not_answer_is_said_and_none_is_3(workers: list[str]) -> None:
    code, out, err = run("--once", "--json", workers[1], "127.0.0.1:9")
    assert code == 0
    assert out
    assert err.startswith("driftline: 127.0.0.1:9 does not answer: ")
    code, out, err = run("--once", "127.0.0.1:9")
    assert (code, out) == (3, "")
    assert err.startswith("driftline: no worker answers at 127.0.0.1:9: ")


@pytest.mark.parametrize("address", ["ftp://x:1", "file:///etc/passwd"])
def test_only_http_is_asked(address: str) -> None:
    with pytest.raises(ConfigError, match="must be host:port"):
        url_of(address)
    assert run("--once", address)[0] == 2
