"""Opening a data file: what format it is, gunzipped or unzipped, and how far reading has come."""

from __future__ import annotations

import contextlib
import gzip
import zipfile
from typing import IO, TYPE_CHECKING, cast

from driftline.errors import BaselineError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_BOM = b"\xef\xbb\xbf"


def sniff(path: Path) -> str:
    """One of "parquet", "jsonl", "csv", told by the first bytes and not by the name; BaselineError for an empty file."""
    with opened(path) as (stream, _):
        head = stream.read(4096).removeprefix(_BOM)
    if head[:4] == b"PAR1":
        return "parquet"
    head = head.lstrip()
    if not head:
        message = f"{path}: the file is empty"
        raise BaselineError(message)
    if head[:1] == b"[":
        message = f"{path}: this is one JSON array; JSON Lines (one object a line) is needed"
        raise BaselineError(message)
    return "jsonl" if head[:1] == b"{" else "csv"


class Progress:
    """How far a file has been read, by its compressed bytes."""

    def __init__(self, raw: IO[bytes], size: int) -> None:
        self._raw, self._size = raw, size

    def share(self) -> float:
        """Share of the file read, 0..1."""
        return min(1.0, self._raw.tell() / self._size) if self._size else 1.0


@contextlib.contextmanager
def opened(path: Path) -> Iterator[tuple[IO[bytes], Progress]]:
    """The decompressed bytes of ``path`` (plain, gzip, or a zip of one file) and how far they have been read."""
    try:
        raw = path.open("rb")
    except OSError as error:
        message = f"{path}: can't be read: {error.strerror}"
        raise BaselineError(message) from error
    with raw, contextlib.ExitStack() as stack:
        progress = Progress(raw, path.stat().st_size)
        magic = raw.read(4)
        raw.seek(0)
        try:
            stream: IO[bytes] = raw
            if magic[:2] == b"\x1f\x8b":
                stream = cast("IO[bytes]", stack.enter_context(gzip.GzipFile(fileobj=raw)))
            elif magic == b"PK\x03\x04":
                stream = _member(stack, path, raw)
            yield stream, progress
        except (EOFError, gzip.BadGzipFile, zipfile.BadZipFile) as error:
            message = f"{path}: the compressed file is damaged: {error}"
            raise BaselineError(message) from error


def _member(stack: contextlib.ExitStack, path: Path, raw: IO[bytes]) -> IO[bytes]:
    archive = stack.enter_context(zipfile.ZipFile(raw))
    names = [n for n in archive.namelist() if not n.endswith("/") and not n.startswith("__MACOSX/")]
    if len(names) != 1:
        message = f"{path}: the archive must hold one file, it holds {len(names)}"
        raise BaselineError(message)
    return stack.enter_context(archive.open(names[0]))
