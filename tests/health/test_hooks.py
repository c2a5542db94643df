"""A worker with code of the user's own: what it makes of records and windows, and what is said of it."""

from __future__ import annotations

import json
import zlib
from pathlib import Path

import pytest

from driftline.broker.embedded import EmbeddedBroker
from support.hooked import record, script
from support.watched import Watched

PREPROCESS = """
    import time
    from pathlib import Path

    def preprocess_handler(inference_record):
        mood = inference_record.event_metadata.event_id.partition("-")[0]
        if mood == "hang":
            (Path(__file__).parent / "hangs").touch()
            time.sleep(600)
        if mood == "drop":
            return []
        return {"age": float(inference_record.endpoint_input.data.split(",")[0]), "mood": mood}
"""
POSTPROCESS = """
    import json, os
    from pathlib import Path

    def postprocess_handler():
        reports = Path(os.environ["output_path"])
        with open("/opt/ml/processing/output/window.json") as report:
            rows = json.load(report)["rows"]
        with (Path(__file__).parent / "told").open("a") as told:
            print(rows, os.environ["start_time"], os.environ["sagemaker_endpoint_name"], reports, file=told)
        assert rows == 3, "a traceback to look for"
"""
CHECKS = """
    from driftline.judging.states import Reading, State

    def rows(window):
        yield Reading("", "", State.OK, observed=float(window.rows), n=window.rows)

    def broken(window):
        return 1 / 0
"""
MINUTE = ("2026-05-01T12:00:0{}Z", "2026-05-01T12:10:00Z")


@pytest.mark.timeout(120)
def test_a_worker_runs_scripts_and_checks_and_tells_how_they_fare(broker: EmbeddedBroker, tmp_path: Path) -> None:
    worker = started(broker, tmp_path)
    try:
        worker.until_ready()
        for number, mood in enumerate(("free", "drop", "pro", "bad", "free")):
            value = record(
                "x" if mood == "bad" else str(number),
                None,
                eventId=f"{mood}-{number}",
                inferenceTime=MINUTE[0].format(number),
            )
            worker.produce(worker.captures, value)
        for partition in (0, 1):
            worker.produce(
                worker.captures, record("5", None, eventId="end", inferenceTime=MINUTE[1]), partition=partition
            )
        told = tmp_path / "told"
        worker.until("the script to have read the report", lambda: told.exists() and told.read_text().count("\n") >= 1)
        first = told.read_text().splitlines()[0].split()
        assert first[:3] == ["3", "2026-05-01T12:00:00Z", "churn"]
        reports = Path(first[3])
        assert reports == tmp_path / "reports" / "churn" / "3" / "1m" / "2026/05/01/1201"
        window = json.loads((reports / "window.json").read_text())
        assert (reports / "constraint_violations.json").exists()
        own = {reading["check"]: reading for reading in window["readings"]}
        assert own["rows"]["observed"] == 3.0
        assert own["broken"]["state"] == "UNKNOWN"
        assert own["broken"]["reason"].startswith("ZeroDivisionError: division by zero (mychecks.py:8")
        assert window["ledger"]["records"]["accepted"] == 3
        labels = {"model": "*", "hook": "preprocess"}
        worker.until(
            "the counts", lambda: worker.metric("driftline_hook_runs_total", **labels, result="transformed") == 5
        )
        assert worker.metric("driftline_hook_runs_total", **labels, result="dropped") == 1
        assert worker.metric("driftline_hook_runs_total", **labels, result="refused") == 1
        assert worker.metric("driftline_deadletters_total", reason="preprocess") == 1
        ledger = {"accepted": 4, "ignored": 1, "rejected": 1}
        source = {"topic": worker.captures, "partition": 0}
        worker.until(
            "the ledger",
            lambda: {r: worker.metric("driftline_records_total", **source, result=r) for r in ledger} == ledger,
        )
        worker.until(
            "the run",
            lambda: worker.metric("driftline_hook_runs_total", model="*", hook="postprocess", result="done") == 1,
        )
        probe = worker.get("/ready", "text/plain")[1]
        assert "preprocess" in probe
        assert "1 refused" in probe
        assert "ValueError" not in probe, "probes are open to all, and an error may hold data"
        assert "preprocess.py" not in probe
        assert (
            "ValueError: could not convert string to float: 'x' (preprocess.py:12 in preprocess_handler)"
            in worker.output
        )
        worker.produce(worker.captures, record("6", None, eventId="hang", inferenceTime=MINUTE[1]))
        worker.until("the script to hang", (tmp_path / "hangs").exists)
        assert worker.get("/live")[0] == 200
        assert worker.stop() == 0, "a script that hangs holds nobody up:" + worker.output
        assert "refused" not in worker.output.partition("the check broken")[2], "nor is its record refused"
    finally:
        worker.close()


def test_a_worker_does_not_start_with_a_script_that_cannot_be_loaded(broker: EmbeddedBroker, tmp_path: Path) -> None:
    worker = started(broker, tmp_path, preprocess="import nosuchmodule", prefix="refused.")
    try:
        assert worker.process.wait(60) == 3
        assert "preprocess.py: ModuleNotFoundError: No module named 'nosuchmodule' (preprocess.py:1" in worker.output
        assert "Traceback" not in worker.output
    finally:
        worker.close()


def started(broker: EmbeddedBroker, folder: Path, *, preprocess: str = PREPROCESS, prefix: str = "") -> Watched:
    def create(topics: dict[str, int]) -> None:
        for name, partitions in topics.items():
            broker.create_topic(name, partitions)

    (folder / "modules").mkdir()
    script(folder / "modules", CHECKS, "mychecks.py")
    settings = f"""
windows = ["1m"]
[defaults.hooks]
preprocess = "{script(folder, preprocess)}"
time_limit = "10m"
postprocess = "{script(folder, POSTPROCESS, "postprocess.py")}"
output = "{folder / "reports"}"
checks = ["mychecks:rows", "mychecks:broken"]
"""
    prefix = prefix or f"k{zlib.crc32(str(folder).encode())}."
    return Watched(broker.bootstrap, prefix, folder, create, settings=settings, modules=folder / "modules")
