"""Batches through real processes: order, refusals, crashes, time, memory; and what the decoder makes of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from driftline.config import Config, HookConfig, ModelConfig
from driftline.contracts.capture import CaptureTopic, Decoded, RawBatch
from driftline.contracts.decoder import CaptureDecoder
from driftline.contracts.reasons import Reason
from driftline.errors import HookError
from driftline.hooks.pool import HookClosedError
from driftline.hooks.preprocess import Preprocessor
from support.captures import CHURN, batch_of, decode, encoded, lookup_of, schema_of
from support.hooked import DOCS, preprocessor, record, script

MOODS = """
    import os, time

    def preprocess_handler(inference_record, logger):
        mood = inference_record.event_metadata.event_id.partition("-")[0]
        logger.info("the mood is %s", mood)
        print("and this is printed")
        if mood == "drop":
            return []
        if mood == "raise":
            return {}["mood"]
        if mood == "exit":
            raise SystemExit(3)
        if mood == "die":
            os._exit(7)
        if mood == "hang":
            while True:
                time.sleep(0.01)
        if mood == "eat":
            bytearray(1 << 30)
        if mood == "none":
            return None
        return {"age": inference_record.endpoint_input.data.split(",")[0], "plan": mood}
"""


@pytest.fixture(scope="module")
def moody(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Preprocessor]:
    path = script(tmp_path_factory.mktemp("moods"), MOODS)
    hooks = preprocessor(path, time_limit_ms=5_000, memory_mb=512)
    hooks.start()
    yield hooks
    hooks.close()


def read(batch: RawBatch) -> Decoded:
    return CaptureDecoder(CaptureTopic("captures"), lookup_of(schema_of(CHURN))).decode(batch)


def of(mood: str, number: int = 0) -> bytes:
    return record(data=f"{number},12.5,free,true", eventId=f"{mood}-{number}")


def test_the_guides_own_example_gives_what_the_capture_itself_gives(tmp_path: Path) -> None:
    hooks = preprocessor(script(tmp_path, DOCS))
    hooks.start()
    found = read(hooks.transform(batch_of(record(), record(data="7,,pro,false"))))
    hooks.close()
    plain = decode(record(), record(data="7,,pro,false"))
    assert found.rejects == plain.rejects == []
    for made, came in zip(found.blocks, plain.blocks, strict=True):
        assert made.columns.numeric.tobytes() == came.columns.numeric.tobytes()
        assert made.columns.codes.tolist() == came.columns.codes.tolist()
        assert made.time_ms.tolist() == came.time_ms.tolist()
        assert made.ids == came.ids


def test_every_record_ends_once_and_in_order_whatever_the_script_does(moody: Preprocessor) -> None:
    moods = ["free", "drop", "raise", "pro", "exit", "die", "free", "none", "eat", "pro", "hang", "free"]
    batch = batch_of(*(of(mood, number) for number, mood in enumerate(moods)))
    made = moody.transform(batch)
    found = read(made)
    assert [offset - 100 for offset in found.blocks[0].offset.tolist()] == [0, 3, 6, 9, 11]
    ages = found.blocks[0].columns.numeric[schema_of(CHURN).layout.numeric.index("age")]
    assert ages.tolist() == [0, 3, 6, 9, 11]
    assert [offset - 100 for offset in found.ignored] == [1]
    assert [reject.offset - 100 for reject in found.rejects] == [2, 4, 5, 7, 8, 10]
    assert {reject.reason for reject in found.rejects} == {Reason.PREPROCESS}
    said = {reject.offset - 100: reject.message for reject in found.rejects}
    assert said[2] == "preprocess.py: KeyError: 'mood' (preprocess.py:11 in preprocess_handler)"
    assert "SystemExit: 3" in said[4]
    assert said[5] == "preprocess.py: the process ended with exit code 7"
    assert "must return a dict" in said[7]
    assert "got None" in said[7]
    assert "MemoryError" in said[8]
    assert said[10] == "preprocess.py: took longer than 5 s"
    status = moody.statuses[0].look()
    assert status.restarts == 2
    assert "in preprocess_handler" in status.trace, "where it hung"
    assert made.values[2] == batch.values[2], "a dead letter shows the record as it came"


def test_the_status_tells_counts_and_the_last_traceback(moody: Preprocessor) -> None:
    before = moody.statuses[0].look()
    moody.transform(batch_of(of("free"), of("drop"), of("raise")))
    after = moody.statuses[0].look()
    grown = {name: after.results[name] - before.results[name] for name in after.results}
    assert grown == {"transformed": 1, "dropped": 1, "refused": 1}
    assert after.error.startswith("KeyError")
    assert 'return {}["mood"]' in after.trace
    assert "driftline" not in after.trace, "frames of ours say nothing to whoever wrote the script"
    assert "last error: KeyError" in after.text()


def test_a_script_that_always_dies_is_not_tried_for_ever(moody: Preprocessor) -> None:
    batch = batch_of(*(of("die", number) for number in range(50)))
    made = moody.transform(batch)
    assert made.refused is not None
    assert sum("exit code 7" in why and "not tried" not in why for why in made.refused.values()) == 3
    assert sum("not tried, because the script failed 3 times" in why for why in made.refused.values()) == 47
    assert read(moody.transform(batch_of(of("free")))).rejects == [], "the next batch finds it alive"


def test_other_models_tombstones_and_what_nobody_can_read_pass_untouched(moody: Preprocessor) -> None:
    other = record(endpointName="another")
    batch = batch_of(other, None, b"no json", b'{"captureData": 5', encoded(model="other"), b"[]")
    assert moody.transform(batch) is batch


def test_a_native_capture_of_its_model_is_refused_with_the_reason(moody: Preprocessor) -> None:
    found = read(moody.transform(batch_of(encoded())))
    assert [reject.reason for reject in found.rejects] == [Reason.PREPROCESS]
    assert "must be a SageMaker capture" in found.rejects[0].message


def test_a_version_may_have_a_script_of_its_own(tmp_path: Path) -> None:
    hooks = preprocessor(script(tmp_path, DOCS), model="churn/3")
    touched = batch_of(record())
    other = batch_of(record(variantName="4"))
    assert hooks.transform(touched) is not touched
    assert hooks.transform(other) is other
    hooks.close()


def test_models_that_inherit_a_script_share_its_processes(tmp_path: Path) -> None:
    path = script(tmp_path, DOCS)
    shared = HookConfig(preprocess=str(path))
    own = ModelConfig(hooks=HookConfig(preprocess=str(path), memory_mb=100))
    models = {"a": ModelConfig(hooks=shared), "b": ModelConfig(hooks=shared, dedupe=5), "c": own}
    hooks = Preprocessor(
        Config(defaults=ModelConfig(hooks=shared), models=models), {"captures": CaptureTopic("captures")}
    )
    assert [status.look().model for status in hooks.statuses] == ["*", "c"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("def preprocess(record): pass", "must define def preprocess_handler"),
        ("preprocess_handler = 5", "must define def preprocess_handler"),
        ("def preprocess_handler(): pass", r"must take \(inference_record\)"),
        ("import nosuchmodule", r"ModuleNotFoundError: No module named 'nosuchmodule' \(preprocess.py:1"),
        ("def preprocess_handler(record:", "SyntaxError"),
        ("import os; os._exit(9)", "exit code 9"),
    ],
)
def test_a_script_that_cannot_be_loaded_is_told_before_anything_starts(tmp_path: Path, text: str, said: str) -> None:
    hooks = preprocessor(script(tmp_path, text))
    with pytest.raises(HookError, match=said):
        hooks.start()
    hooks.close()


def test_there_is_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(HookError, match="must be a file; there is none"):
        preprocessor(tmp_path / "none.py").start()


def test_several_processes_keep_the_order(tmp_path: Path) -> None:
    path = script(
        tmp_path, "def preprocess_handler(record):\n    return {'age': record.endpoint_input.data.split(',')[0]}"
    )
    hooks = preprocessor(path, processes=3)
    batch = batch_of(*(record(data=f"{number},1,free,true") for number in range(1000)))
    found = read(hooks.transform(batch))
    hooks.close()
    ages = found.blocks[0].columns.numeric[schema_of(CHURN).layout.numeric.index("age")]
    assert ages.tolist() == list(range(1000))


def test_records_larger_than_a_pipe_and_answers_too(tmp_path: Path) -> None:
    path = script(
        tmp_path, "def preprocess_handler(record):\n    return {'age': 1, 'plan': record.endpoint_input.data}"
    )
    hooks = preprocessor(path)
    batch = batch_of(*(record(data="x" * 200_000) for _ in range(20)))
    made = hooks.transform(batch)
    hooks.close()
    assert made.refused is None
    assert all(value is not None and len(value) > 200_000 for value in made.values)


def test_a_script_sees_its_folder_and_none_of_our_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRIFTLINE__KAFKA__CLIENT__SASL__PASSWORD", "hunter2")
    script(tmp_path, "NAME = 'beside'", "beside.py")
    text = """
        import os, sys, beside
        from pathlib import Path

        def preprocess_handler(record):
            with open("/opt/ml/processing/output/log.txt", "a") as log:
                log.write("once ")
            Path("/opt/ml/processing/output/more.txt").write_text("twice")
            secret = [name for name in os.environ if name.startswith("DRIFTLINE")]
            return {"plan": beside.NAME, "age": len(secret), "tenure": len(sys.stdin.read())}
    """
    out = tmp_path / "out"
    out.mkdir()
    hooks = preprocessor(script(tmp_path, text), output=str(out))
    made = hooks.transform(batch_of(record(), record()))
    hooks.close()
    rows = json.loads(made.values[1] or b"")["captureData"]["endpointInput"]["data"]
    assert json.loads(rows) == {"age": 0, "plan": "beside", "tenure": 0}
    assert (out / "log.txt").read_text() == "once once "
    assert (out / "more.txt").read_text() == "twice"


def test_what_a_script_may_make_and_say_has_limits(tmp_path: Path) -> None:
    text = """
        import sys

        def preprocess_handler(record):
            sys.stderr.write("x" * 5_000_000)
            if record.event_metadata.event_id == "much":
                return {"age": "x" * (65 << 20)}
            raise ValueError("y" * 5_000_000)
    """
    hooks = preprocessor(script(tmp_path, text), time_limit_ms=60_000)
    made = hooks.transform(batch_of(record(eventId="much"), record()))
    hooks.close()
    assert made.refused is not None
    assert "must return at most 64 MiB, got 68" in made.refused[100]
    assert len(made.refused[101]) < 600
    assert len(hooks.statuses[0].look().trace) < 20_000


def test_without_an_output_what_a_script_writes_there_is_discarded(tmp_path: Path) -> None:
    text = """
        def preprocess_handler(record):
            for mode in ("a", "w", "x"):
                with open("/opt/ml/processing/output/log.txt", mode) as log:
                    log.write(str(record))
            return {"age": 1}
    """
    hooks = preprocessor(script(tmp_path, text))
    made = hooks.transform(batch_of(record(), record()))
    hooks.close()
    assert made.refused is None


def test_closing_ends_a_batch_under_way_without_refusing_anything(tmp_path: Path) -> None:
    text = """
        import time
        from pathlib import Path

        def preprocess_handler(record):
            (Path(__file__).parent / "at work").touch()
            time.sleep(600)
    """
    hooks = preprocessor(script(tmp_path, text), time_limit_ms=600_000)
    ended: list[BaseException] = []

    def work() -> None:
        try:
            hooks.transform(batch_of(record()))
        except HookClosedError as error:
            ended.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    while not (tmp_path / "at work").exists():
        assert thread.is_alive()
    hooks.close()
    thread.join(30)
    assert len(ended) == 1
    with pytest.raises(HookClosedError):
        hooks.transform(batch_of(record()))


def test_no_process_outlives_its_worker(tmp_path: Path) -> None:
    """A worker that is killed takes the processes of its scripts along."""
    text = "import os, time\n\ndef preprocess_handler(record):\n    time.sleep(600)\n"
    path = script(tmp_path, text)
    program = textwrap.dedent(f"""
        import os, signal, sys, threading, time
        sys.path[:0] = {[str(Path(__file__).parents[2])]!r}
        from support.hooked import preprocessor, record
        from support.captures import batch_of
        from pathlib import Path
        hooks = preprocessor(Path({str(path)!r}), time_limit_ms=600_000)
        hooks.start()
        threading.Thread(target=hooks.transform, args=(batch_of(record()),), daemon=True).start()
        pool = next(iter(hooks._hooks.values())).pool
        print(pool._all[0]._process.pid, flush=True)
        time.sleep(0.2)
        os.kill(os.getpid(), signal.SIGKILL)
    """)
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    child = int(told.stdout)
    for _ in range(3000):
        try:
            os.kill(child, 0)
            state = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[0]
        except (ProcessLookupError, FileNotFoundError):
            return
        if state == "Z":
            return
        threading.Event().wait(0.01)
    pytest.fail(f"process {child} still runs")
