"""However a demo ends, nothing that it started goes on running."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def descendants(pid: int) -> set[int]:
    found: set[int] = set()
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            after_name = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(after_name[1]) == pid:
            found.add(int(entry.parent.name))
    return found.union(*map(descendants, found)) if found else found


def running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in {"Z", "X"}
    except OSError:
        return False


def wait_for(what: str, seconds: float, is_so: object) -> None:
    until = time.monotonic() + seconds
    while not is_so():  # type: ignore[operator]
        assert time.monotonic() < until, f"{what} after {seconds} s"
        time.sleep(0.05)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_process_outlives_the_demo(number: signal.Signals, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "driftline", "demo", "--seconds", "600", "-o", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as demo:
        assert demo.stdout is not None
        assert any("live page at" in line for line in demo.stdout)
        children = descendants(demo.pid)
        assert len(children) >= 2, "broker and worker"
        os.kill(demo.pid, number)
        wait_for("the demo has not ended", 60, lambda: demo.poll() is not None)
        assert demo.returncode == (-number if number == signal.SIGKILL else 130)
        wait_for("children are alive", 60, lambda: not any(map(running, children)))
