"""JSON Lines files: one flat object a line."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING

import msgspec

from driftline.baseline.readers.files import opened
from driftline.baseline.readers.rows import chunk_of
from driftline.errors import BaselineError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from driftline.baseline.cells import Chunk

#: Keys that tell a capture from a row of data.
_CAPTURE = frozenset({"captureData", "groundTruthData", "features"})


class JsonLinesSource:
    """A JSON Lines file (UTF-8; plain, gzip or zip). Blank lines are skipped; a key that a row lacks is missing there.

    NaN and Infinity, which Python's json writes though JSON has none, are read as missing and as odd values.
    """

    def __init__(self, path: Path, chunk_rows: int = 65_536) -> None:
        self._path, self._chunk_rows = path, chunk_rows

    @property
    def name(self) -> str:
        """The file's name."""
        return self._path.name

    def chunks(self) -> Iterator[Chunk]:
        """All rows, chunk by chunk."""
        with opened(self._path) as (stream, progress):
            lines = ((number, line) for number, line in enumerate(stream, 1) if line.strip())
            while block := list(itertools.islice(lines, self._chunk_rows)):
                yield chunk_of([self._row(number, line) for number, line in block], progress.share())

    def _row(self, number: int, line: bytes) -> dict[str, object]:
        if number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
        row = self._decoded(number, line)
        problem = ""
        if not isinstance(row, dict):
            problem = f"expected an object, got {type(row).__name__}"
        elif any(isinstance(row.get(key), dict) for key in _CAPTURE):
            problem = "this is a capture, not a flat row; make a baseline of captures from their topic"
        if problem:
            raise BaselineError(f"{self._path}:{number}: {problem}")
        return row  # type: ignore[return-value]  # JSON keys are str

    def _decoded(self, number: int, line: bytes) -> object:
        try:
            return msgspec.json.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError):
            try:
                return json.loads(line)
            except (ValueError, RecursionError) as error:
                message = f"{self._path}:{number}: not JSON: {error}"
                raise BaselineError(message) from error
