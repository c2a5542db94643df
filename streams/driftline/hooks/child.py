"""The process of a script: loads it, runs it record by record, and answers; ends with its worker.

Run as ``python -m driftline.hooks.child``.  Requests come on standard input and answers go to standard output; the script
itself sees neither: it reads nothing, and what it prints goes to standard error, where the worker listens.
"""

from __future__ import annotations

import faulthandler
import json
import logging
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from driftline.hooks import wire
from driftline.hooks.answer import AnswerError, capture_of
from driftline.hooks.bounds import bound_memory
from driftline.hooks.folders import stand_in
from driftline.hooks.record import CapturedData
from driftline.hooks.script import PREPROCESS, ScriptError, load_handler

PARENT_SECONDS = 1.0
"""Between two looks at whether the worker still lives. Chosen: a script that hangs outlives it by no more."""

TRACE_LINES = 30
"""Lines of a traceback that are kept, the last ones. Chosen: what fits a screen."""

MOST_ANSWER = 64 << 20
"""Bytes of what is made of one record. Chosen: as large as a record of a file may be."""

MOST_LINE = 500
"""Characters of a line of an error; exceptions may quote whole records."""

OURS = (str(Path(__file__).parent), "<frozen importlib")
"""Where the frames come from that a script's traceback begins with."""

Made = Callable[[Callable[..., Any], bytes], bytes | None]
"""What a handler makes of a record: another capture, or nothing."""

_decode = msgspec.json.Decoder(dict[str, Any]).decode


def main() -> None:
    """Serve until standard input ends, or run ``postprocess_handler`` once."""
    requests, answers = _private_pipes()
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    faulthandler.enable()
    if hasattr(signal, "SIGUSR1"):
        faulthandler.register(signal.SIGUSR1, all_threads=False)
    frame = wire.read_frame(requests)
    if frame is None:
        return
    setup = wire.decode_setup(frame)
    handler = _loaded(setup, answers)
    if handler is None:
        return
    if setup.handler == PREPROCESS:
        _serve(_of_line if setup.lines else _of_capture, handler, requests, answers)
    elif wire.read_frame(requests) is not None:
        _say(answers, _once(handler))


def _private_pipes() -> tuple[BinaryIO, BinaryIO]:
    """The two pipes as files of ours; a script that reads or prints does not meet them."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    return requests, answers


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(PARENT_SECONDS)
    os._exit(1)


def _loaded(setup: wire.Setup, answers: BinaryIO) -> Callable[..., Any] | None:
    """The handler; None when there is none, which is said."""
    try:
        stand_in(setup.folders)
        bound_memory(setup.memory)
        handler = load_handler(Path(setup.script), setup.handler, _logger())
    except ScriptError as error:
        _say(answers, wire.Ready(str(error)))
        return None
    except BaseException as error:  # noqa: BLE001 - whatever a script does while it is loaded, it is told
        _say(answers, wire.Ready(_line(error, setup.script), _trace(error)))
        return None
    _say(answers, wire.Ready())
    return handler


def _logger() -> logging.Logger:
    """What a script is given as ``logger``: lines on standard error."""
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(levelname)s %(message)s")
    return logging.getLogger("preprocess")


def _serve(made: Made, handler: Callable[..., Any], requests: BinaryIO, answers: BinaryIO) -> None:
    while (frame := wire.read_frame(requests)) is not None:
        for value in wire.decode_task(frame).values:
            _say(answers, _worked(made, handler, value))


def _of_capture(handler: Callable[..., Any], value: bytes) -> bytes | None:
    document = _document(value)
    return capture_of(handler(CapturedData(document)), document)


def _of_line(handler: Callable[..., Any], value: bytes) -> bytes | None:
    return capture_of(handler(value.decode("utf-8")), {})


def _worked(made: Made, handler: Callable[..., Any], value: bytes) -> wire.Answer:
    """One record through the handler."""
    try:
        answer = made(handler, value)
    except AnswerError as error:
        return wire.Answer(wire.REFUSED, error=str(error))
    except BaseException as error:  # noqa: BLE001 - a script may raise anything, even SystemExit: it is this record's end alone
        return wire.Answer(wire.REFUSED, error=_line(error, _file(handler)), trace=_trace(error))
    if answer is None:
        return wire.Answer(wire.DROPPED)
    if len(answer) > MOST_ANSWER:
        return wire.Answer(wire.REFUSED, error=f"must return at most {MOST_ANSWER >> 20} MiB, got {len(answer)} bytes")
    return wire.Answer(wire.TAKEN, answer)


def _document(value: bytes) -> dict[str, Any]:
    """The record, also of the JSON that only Python has (NaN)."""
    try:
        return _decode(value)
    except msgspec.DecodeError:
        document = json.loads(value)
        if isinstance(document, dict):
            return document
        raise


def _once(handler: Callable[[], Any]) -> wire.Answer:
    try:
        handler()
    except BaseException as error:  # noqa: BLE001 - as above
        return wire.Answer(wire.REFUSED, error=_line(error, _file(handler)), trace=_trace(error))
    return wire.Answer(wire.DROPPED)


def _file(handler: Callable[..., Any]) -> str:
    """The file that a traceback names for the script."""
    module = sys.modules.get("driftline_hook")
    return str(getattr(module, "__file__", handler))


def _line(error: BaseException, script: str) -> str:
    """An error as one line, with the place in the script that it came from."""
    text = " ".join(str(error).split())[:MOST_LINE]
    places = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(script)]
    place = f" ({Path(script).name}:{places[-1].lineno} in {places[-1].name})" if places else ""
    return f"{type(error).__name__}{': ' if text else ''}{text}{place}"


def _trace(error: BaseException) -> str:
    """The traceback without our own frames, its last lines."""
    frames = error.__traceback__
    while frames is not None and frames.tb_frame.f_code.co_filename.startswith(OURS):
        frames = frames.tb_next
    lines = "".join(traceback.format_exception(type(error), error, frames)).splitlines()
    return "\n".join(line[:MOST_LINE] for line in lines[-TRACE_LINES:])


def _say(answers: BinaryIO, message: wire.Ready | wire.Answer) -> None:
    answers.write(wire.framed(message))
    answers.flush()


if __name__ == "__main__":
    main()
