"""What a worker listens on, and who may read it."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from .conftest import Launch

TOKEN = "a-token-for-this-test"
LISTEN = "0A"
"""State of a socket in /proc/net/tcp."""


def sockets(pid: int) -> set[str]:
    """What the open files of a process stand for; some of them may be closed while this is read."""
    found = set()
    for one in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            found.add(str(one.readlink()))
    return found


def listening(pid: int) -> list[tuple[str, int]]:
    """Addresses (hexadecimal, as the kernel writes them) and ports that a process listens on."""
    mine = sockets(pid)
    found = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == LISTEN and f"socket:[{fields[9]}]" in mine:
                host, port = fields[1].split(":")
                found.append((host, int(port, 16)))
    return found


def test_a_worker_listens_on_one_port_of_this_machine_and_faust_on_none(launch: Launch) -> None:
    worker = launch()
    worker.until_ready()
    assert listening(worker.process.pid) == [("0100007F", worker.port)]
    assert worker.get("/router")[0] == worker.get("/stats")[0] == 404
    assert "open to everybody" not in worker.output


def test_a_worker_that_others_can_reach_says_so(launch: Launch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRIFTLINE__METRICS__HOST", "0.0.0.0")  # noqa: S104 - what is tested
    worker = launch()
    worker.until("an answer", lambda: worker.get("/live")[0])
    assert worker.output.count(f"http://0.0.0.0:{worker.port} is open to everybody who can reach it") == 1


def test_a_worker_with_a_token_wants_it_and_prints_it_nowhere(launch: Launch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRIFTLINE__METRICS__HOST", "0.0.0.0")  # noqa: S104 - what is tested
    monkeypatch.setenv("DRIFTLINE__METRICS__TOKEN", TOKEN)
    worker = launch()
    worker.until_ready()
    assert [worker.get(path)[0] for path in ("/", "/metrics", "/api/state", "/live")] == [401, 401, 401, 200]
    assert worker.stop() == 0
    assert "open to everybody" not in worker.output
    assert TOKEN not in worker.output
