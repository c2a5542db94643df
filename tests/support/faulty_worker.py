"""The command ``driftline`` with faults: for tests only, told by the environment.

``DRIFTLINE_TEST_CRASH="after statistics 3"`` kills the process with SIGKILL right after its third record of that kind has been
acknowledged (``before``: right before it is sent). With ``DRIFTLINE_TEST_ONCE=<file>`` that happens to one process of all that
share the file. ``DRIFTLINE_TEST_SABOTAGE`` breaks a rule (`support.sabotage`), ``DRIFTLINE_TEST_SNAPSHOT_SECONDS`` and
``DRIFTLINE_TEST_METADATA_SECONDS`` make what is slow by intention quicker, ``DRIFTLINE_TEST_INLINE_BYTES`` sends flushes
beside the log, in many small parts. The product knows of none of this.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

from driftline.agents import context, flusher
from driftline.broker.producer import DurableProducer
from driftline.cli.main import main
from driftline.contracts.log import decode_record
from support.sabotage import SABOTAGES

PART_BYTES = 2_000
TOPICS = {"statistics": "result", "violations": "incident", "deadletter": "letter"}
KINDS = (
    "claim", "birth", "delta", "idle", "gap", "retire", "baselineinforce", "verdictclaim",
    "payload", "part", "manifest", "tombstone", "result", "incident", "letter",
)  # fmt: skip


def kind_of(topic: str, value: bytes | None, key: bytes | None, partition: int) -> str:
    """What a record is that a worker sends."""
    name = topic.rpartition(".")[2]
    if name == "partials":
        return "payload" if partition > 0 else type(decode_record(value or b"")).__name__.lower()
    if name == "snapshots":
        if value is None:
            return "tombstone"
        return "manifest" if json.loads(key or b"[0, 0]")[1] == "manifest" else "part"
    return TOPICS[name]


def crash_at(moment: str, kind: str, number: int, once: Path | None) -> None:
    """Die at the n-th record of a kind."""
    real, seen = DurableProducer.send, Counter[str]()
    assert kind in KINDS, f"{kind!r} is none of {', '.join(KINDS)}"

    def send(self: DurableProducer, topic: str, value: bytes | None, **options: Any) -> None:  # noqa: ANN401
        what = kind_of(topic, value, options.get("key"), options.get("partition", -1))
        seen[what] += 1
        is_due = what == kind and seen[kind] >= number and (once is None or _is_first(once))
        if is_due and moment == "before":
            _die(f"{moment} {kind} {seen[kind]}")
        real(self, topic, value, **options)
        if is_due:
            self._producer.flush(30)
            _die(f"{moment} {kind} {seen[kind]}")

    DurableProducer.send = send  # type: ignore[method-assign]


def _is_first(once: Path) -> bool:
    """Whether nobody else has died of it."""
    try:
        once.open("x").close()
    except FileExistsError:
        return False
    return True


def _die(where: str) -> None:
    print(f"faulty worker: dies {where}", file=sys.stderr, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)


def _told(name: str) -> str | None:
    return os.environ.get(f"DRIFTLINE_TEST_{name}")


if __name__ == "__main__":
    context.SNAPSHOT_SECONDS = float(_told("SNAPSHOT_SECONDS") or context.SNAPSHOT_SECONDS)
    context.METADATA_SECONDS = float(_told("METADATA_SECONDS") or context.METADATA_SECONDS)
    if inline := _told("INLINE_BYTES"):
        flusher.load = partial(flusher.load, inline_bytes=int(inline), part_bytes=PART_BYTES)
    if sabotage := _told("SABOTAGE"):
        SABOTAGES[sabotage](setattr)
    if crash := _told("CRASH"):
        moment, kind, number = crash.split()
        crash_at(moment, kind, int(number), Path(once) if (once := _told("ONCE")) else None)
    main()
