"""Run by the Python of an empty environment with the wheel in it, outside of the source: what a first user would try.

Prints one line; an AssertionError, or anything else, is a failure.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

HEAVY = {"numpy", "faust", "mode", "confluent_kafka", "aiohttp", "river", "scipy"}
DRIFTLINE = Path(sys.executable).with_name("driftline")
QUIET = {**os.environ, "PYTHONWARNINGS": "default"}

HELP = """
import contextlib, sys
from driftline.cli.main import main
sys.argv = ["driftline", "--help"]
with contextlib.suppress(SystemExit):
    main()
"""


def run(*arguments: str, code: int = 0) -> str:
    """What a command prints; it has to end with the code."""
    told = subprocess.run([DRIFTLINE, *arguments], capture_output=True, text=True, env=QUIET, check=False)
    assert told.returncode == code, f"{arguments}: {told.returncode}\n{told.stdout}{told.stderr}"
    return told.stdout + told.stderr


def imported(code: str) -> set[str]:
    """Packages that are imported once the code has run in a Python of its own."""
    show = f"{code}\nimport sys, json; print(json.dumps(sorted({{one.partition('.')[0] for one in sys.modules}})))"
    told = subprocess.run([sys.executable, "-c", show], capture_output=True, text=True, check=True)
    return set(json.loads(told.stdout.splitlines()[-1]))


def main() -> None:
    """Everything, in the order of a first quarter of an hour."""
    assert run("--version").startswith("driftline ")
    assert "worker" in run("--help")
    assert not imported(HELP) & HEAVY
    captures = imported("import driftline.capture\nassert driftline.capture.Recorder")
    assert not captures & (HEAVY - {"confluent_kafka"}), captures
    import driftline.agents.worker  # noqa: F401, PLC0415 - a worker can start: Faust and all below it

    rows = [{"age": 20 + n % 50, "income": 1000.0 + n, "plan": "ab"[n % 2]} for n in range(500)]
    Path("train.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    run("baseline", "create", "train.jsonl", "--model", "m", "--version", "1", "-o", "baseline")
    assert "age" in Path("baseline/statistics.json").read_text()
    Path("driftline.toml").write_text("[kafka]\nbootstrap = 7\n")
    assert "kafka.bootstrap: expected" in run("worker", "-c", "driftline.toml", code=2)
    Path("train.csv").write_text("age,plan\n" + "41,a\n42,b\n" * 250)
    needs = run("baseline", "create", "train.csv", "--model", "m", "--version", "1", "-o", "other", code=3)
    assert "driftline[baseline]" in needs, needs
    print(f"Python {sys.version.split()[0]}: {len(rows)} rows profiled")


if __name__ == "__main__":
    main()
