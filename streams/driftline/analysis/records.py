"""Files to batches of records, as if they had come from one partition: each batch knows which lines it holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

import msgspec

from driftline.analysis.documents import lines_of
from driftline.baseline.readers.files import opened
from driftline.contracts.capture import RawBatch, Reject
from driftline.contracts.reasons import Reason
from driftline.errors import BaselineError

TOPIC: Final = "files"
"""The name under which all files are one source."""

BATCH_RECORDS: Final = 2_000
BATCH_BYTES: Final = 8_000_000
"""Records and bytes of a batch at most. Chosen: what a worker reads at once."""

Share = Callable[[], float]
"""How much of a file has been read, 0 to 1."""


@dataclass
class Portion:
    """Records and the line on which each begins; ``refused`` were not even read: their offsets are lines.

    ``is_table`` tells records that were made of a table's rows, many of one.
    """

    path: Path
    batch: RawBatch
    lines: list[int]
    refused: list[Reject]
    done: float
    is_table: bool = False

    def line(self, reject: Reject) -> str:
        """File and line of what was not even read."""
        return f"{self.path}:{reject.offset}"

    def where(self, reject: Reject) -> str:
        """File and line of a reject."""
        return f"{self.path}:{self.lines[reject.offset - self.batch.offsets[0]] + (reject.index or 0)}"


class Records(Protocol):
    """Records of one file: the number of the first line of each, and the record, or a Reject for one that is too long."""

    def __call__(self, path: Path) -> Iterator[tuple[int, bytes | Reject, float]]:
        """Line, record, and the share of the file that has been read."""


@dataclass
class Batches:
    """Cuts the records of file after file into batches, whose offsets go on. ``time_ms`` is for records without a time."""

    time_ms: int
    next_offset: int = 0
    _values: list[bytes] = field(default_factory=list)
    _lines: list[int] = field(default_factory=list)
    _refused: list[Reject] = field(default_factory=list)
    _bytes: int = 0

    def of(self, path: Path, records: Records) -> Iterator[Portion]:
        """The records of one file."""
        done = 0.0
        for line, record, done in records(path):
            if isinstance(record, Reject):
                self._refused.append(record)
                continue
            self._values.append(record)
            self._lines.append(line)
            self._bytes += len(record)
            if len(self._values) >= BATCH_RECORDS or self._bytes >= BATCH_BYTES:
                yield self._cut(path, done)
        if self._values or self._refused:
            yield self._cut(path, done)

    def _cut(self, path: Path, done: float) -> Portion:
        count = len(self._values)
        offsets = list(range(self.next_offset, self.next_offset + count))
        nothing: list[None] = [None] * count
        values: list[bytes | None] = list(self._values)
        batch = RawBatch(TOPIC, 0, offsets, values, list(nothing), list(nothing), [self.time_ms] * count)
        portion = Portion(path, batch, self._lines, self._refused, done)
        self.next_offset += count
        self._values, self._lines, self._refused, self._bytes = [], [], [], 0
        return portion


@dataclass(frozen=True)
class JsonRecords:
    """One record a line; ``wrap`` makes a capture of it. A file that is one document over many lines is one record."""

    wrap: Callable[[bytes], bytes]
    most: int

    def __call__(self, path: Path) -> Iterator[tuple[int, bytes | Reject, float]]:
        """See `Records`."""
        whole = self._one_document(path)
        if whole is not None:
            yield 1, self.wrap(whole), 1.0
            return
        with opened(path) as (stream, progress):
            for number, line in lines_of(stream, self.most):
                if isinstance(line, int):
                    message = f"must have at most {self.most} bytes a record, got {line}: split the request or the file"
                    yield number, Reject(number, None, Reason.TOO_LARGE, message), progress.share()
                else:
                    yield number, self.wrap(line.strip()), progress.share()

    def _one_document(self, path: Path) -> bytes | None:
        """The file, if its first line is only the beginning of a document that ends with the file.

        Raises BaselineError where that is the beginning of the first of several.
        """
        with opened(path) as (stream, _):
            first = stream.readline(self.most)
            if first.strip() not in {b"{", b"\xef\xbb\xbf{"}:
                return None
            text = first + stream.read(self.most)
        try:
            msgspec.json.decode(text.removeprefix(b"\xef\xbb\xbf"))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise BaselineError(
                f"{path}: must have one JSON object a line, this has objects over several lines or a broken one: "
                "jq -c . may help"
            ) from error
        return msgspec.json.format(text.removeprefix(b"\xef\xbb\xbf"), indent=-1)
