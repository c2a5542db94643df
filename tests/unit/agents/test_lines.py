from __future__ import annotations

import io
import json
import logging
import sys

import pytest

from driftline.agents.lines import KINDS, JsonFormatter, LimitedHandler, Limiter


def record(message: str, at: float, *arguments: object, name: str = "driftline.x") -> logging.LogRecord:
    made = logging.LogRecord(name, logging.WARNING, "", 0, message, arguments, None)
    made.created = at
    return made


def handler(burst: int, form: logging.Formatter | None = None) -> tuple[LimitedHandler, io.StringIO]:
    made, stream = LimitedHandler(Limiter(burst, 10.0)), io.StringIO()
    made.setStream(stream)
    made.setFormatter(form or logging.Formatter("%(message)s"))
    return made, stream


def test_one_kind_passes_so_often_in_a_while_whatever_its_arguments_and_the_rest_is_counted() -> None:
    one, stream = handler(2)
    for second in range(5):
        one.emit(record("offset %d is gone", second, second))
    one.emit(record("another", 9.9))
    assert stream.getvalue().splitlines() == ["offset 0 is gone", "offset 1 is gone", "another"]
    one.emit(record("another", 10.0))
    assert stream.getvalue().splitlines()[3:] == ["3 more lines like this were kept back: offset %d is gone", "another"]
    one.emit(record("offset %d is gone", 10.1, 7))
    assert stream.getvalue().splitlines()[-1] == "offset 7 is gone"


def test_loggers_have_counts_of_their_own() -> None:
    one, stream = handler(1)
    for name in ("a", "b", "a"):
        one.emit(record("x", 0.0, name=name))
    assert stream.getvalue().splitlines() == ["x", "x"]


def test_what_is_kept_back_at_the_end_is_told() -> None:
    one, stream = handler(1)
    for _ in range(4):
        one.emit(record("x", 0.0))
    one.close()
    assert stream.getvalue().splitlines() == ["x", "3 more lines like this were kept back: x"]
    one.close()
    assert len(stream.getvalue().splitlines()) == 2


def test_kinds_are_bounded_and_those_beyond_are_told() -> None:
    limiter = Limiter(1, 10.0)
    for kind in range(KINDS + 5):
        assert limiter.passes(record(f"kind {kind}", 0.0))
    assert not limiter.passes(record("kind 3", 0.0))
    assert limiter.passes(record(f"kind {KINDS + 1}", 0.0))
    assert limiter.due(10.0) == [(("driftline.x", "kind 3"), 1)]


def test_json_is_one_document_a_line() -> None:
    one, stream = handler(1, JsonFormatter())
    try:
        raise ValueError("two\nlines")  # noqa: TRY301 - the traceback is what is tested
    except ValueError:
        failed = record('it "failed" for %s', 0.5, "a\nb")
        failed.exc_info = sys.exc_info()
    for _ in range(3):
        one.emit(failed)
    one.close()
    first, second = (json.loads(line) for line in stream.getvalue().splitlines())
    assert first["message"] == 'it "failed" for a\nb'
    assert (first["time"], first["level"], first["logger"]) == ("1970-01-01T00:00:00.500Z", "warning", "driftline.x")
    assert "ValueError: two\nlines" in first["exception"]
    assert second["suppressed"] == 2


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_worker_logs_as_configured(form: str) -> None:
    """In a process of its own: logging is global."""
    import subprocess  # noqa: PLC0415 - only here

    code = f"from driftline.agents.logs import set_up_logging as s; s('info', {form!r}); import logging; "
    code += "[logging.getLogger('driftline.z').info('n %d', n) for n in range(30)]"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    lines = done.stderr.splitlines()
    assert len(lines) == 21
    assert "10 more lines like this were kept back: n %d" in lines[-1]
    assert (json.loads(lines[0])["message"] if form == "json" else lines[0][-3:]) == "n 0"
