"""A preprocess script over a data set, for a baseline: ``preprocess_handler`` is given each line as text, the header's too.

So does Model Monitor when it suggests a baseline with a record preprocessor.  What comes back is written as CSV, whose
columns are all keys in their lexicographic order.
"""

from __future__ import annotations

import csv
import itertools
import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TextIO

import msgspec

from driftline.baseline.readers.files import opened
from driftline.errors import HookError
from driftline.hooks.contract import preprocess_environment
from driftline.hooks.pool import ScriptPool
from driftline.hooks.process import HookDiedError, Script
from driftline.hooks.script import PREPROCESS
from driftline.hooks.wire import REFUSED, TAKEN, Answer

BATCH = 1_000
"""Lines that are handed over at once. Chosen: what a worker reads at once."""

Row = dict[str, Any] | list[Any]


@dataclass(frozen=True)
class Prepared:
    """What a script made of a data set: rows that were written, their columns, and lines that it left out."""

    rows: int
    dropped: int
    columns: tuple[str, ...] = ()


def prepare(script: Path, data: Path, target: Path, *, seconds: float = 10.0, memory: int = 0) -> Prepared:
    """Write what a script makes of the lines of ``data`` to ``target``, as CSV without a header. Memory: one batch.

    ``seconds`` is for 100 lines. Raises HookError, with the line, for the first one that the script refuses; BaselineError when
    the file cannot be read.
    """
    pool = ScriptPool(
        Script(script, PREPROCESS, seconds, memory, preprocess_environment(script.stem, script), lines=True)
    )
    with tempfile.TemporaryFile("w+", encoding="utf-8") as held:
        try:
            pool.start()
            done = _transform(pool, data, held)
        finally:
            pool.close()
        held.seek(0)
        return replace(done, columns=_write(held, target))


def _transform(pool: ScriptPool, data: Path, held: TextIO) -> Prepared:
    rows = dropped = 0
    with opened(data) as (stream, _):
        numbered = ((n, line.rstrip(b"\r\n")) for n, line in enumerate(stream, 1) if line.strip())
        while batch := list(itertools.islice(numbered, BATCH)):
            for (number, _), answer in zip(batch, pool.run([line for _, line in batch]), strict=True):
                if answer.kind == REFUSED:
                    raise HookDiedError(f"{pool.script.path}: line {number} of {data}: {answer.error}", answer.trace)
                made = list(_rows(answer)) if answer.kind == TAKEN else []
                held.writelines(f"{row}\n" for row in made)
                rows, dropped = rows + len(made), dropped + (not made)
    if not rows:
        raise HookError(f"{pool.script.path}: must leave some rows of {data}, left out all {dropped} lines")
    return Prepared(rows, dropped)


def _rows(answer: Answer) -> Iterator[str]:
    """The rows of an answer, each as JSON."""
    side = msgspec.json.decode(answer.value)["captureData"]["endpointInput"]
    yield from side["data"].split("\n")


def _write(held: TextIO, target: Path) -> tuple[str, ...]:
    """Rows as CSV with the columns of all of them."""
    names: set[str] = set()
    for line in held:
        names.update(_named(line))
    held.seek(0)
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, sorted(names))
        writer.writerows({name: _cell(value) for name, value in _named(line).items()} for line in held)
    return tuple(sorted(names))


def _named(line: str) -> dict[str, Any]:
    """A row by name; values by place are ``_c0``, ``_c1`` …, as there."""
    row: Row = json.loads(line)
    return row if isinstance(row, dict) else {f"_c{place}": value for place, value in enumerate(row)}


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value) if isinstance(value, dict | list) else value
