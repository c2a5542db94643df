"""Where reports are kept: folders, and anything that fsspec knows (``s3://``, ``gs://``, ``memory://`` …; extra ``s3``).

Writing is idempotent: the same report twice is the same files. Calls block.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Protocol

from driftline.errors import ReportError

FLAT: Final = frozenset({"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "oss"})
"""Kinds of stores without folders. s3fs would take making one for leave to make its bucket."""


class ReportStore(Protocol):
    """Files in folders by full name, of one kind of place."""

    def write(self, folder: str, files: Mapping[str, bytes]) -> None:
        """Put files into a folder, which is made. Raises ReportError."""

    def read(self, folder: str, name: str) -> bytes:
        """The content of a file. Raises ReportError."""


class FolderStore:
    """Folders of this machine. A file is there as a whole or not at all."""

    def write(self, folder: str, files: Mapping[str, bytes]) -> None:
        """Put files into a folder, which is made; one that is there with the same content is left alone."""
        with _told("written", folder):
            place = Path(folder)
            place.mkdir(parents=True, exist_ok=True)
            for name, content in files.items():
                _replace(place / name, content)

    def read(self, folder: str, name: str) -> bytes:
        """The content of a file."""
        with _told("read", f"{folder}/{name}"):
            return (Path(folder) / name).read_bytes()


class RemoteStore:
    """Places of an fsspec file system; ``options`` are its own (``key``, ``secret``, ``endpoint_url`` …)."""

    def __init__(self, url: str, options: Mapping[str, str] | None = None) -> None:
        """Connect as far as fsspec does. Raises ReportError when a package for the kind of URL is not installed."""
        try:
            import fsspec  # noqa: PLC0415 - an extra
        except ImportError as error:
            raise ReportError(f"{url} needs fsspec: pip install 'driftline[s3]'") from error
        with _told("opened", url):
            self._files: Any
            self._files, _ = fsspec.core.url_to_fs(url, **(options or {}))

    def write(self, folder: str, files: Mapping[str, bytes]) -> None:
        """Put files into a folder; an object is there as a whole or not at all."""
        with _told("written", folder):
            if folder.partition("://")[0] not in FLAT:
                self._files.makedirs(folder, exist_ok=True)
            for name, content in files.items():
                self._files.pipe_file(f"{folder}/{name}", content)

    def read(self, folder: str, name: str) -> bytes:
        """The content of a file."""
        with _told("read", f"{folder}/{name}"):
            return bytes(self._files.cat_file(f"{folder}/{name}"))


def open_store(place: str, options: Mapping[str, str] | None = None) -> ReportStore:
    """The store of a folder or URL. Raises ReportError."""
    return RemoteStore(place, options) if "://" in place else FolderStore()


def _replace(path: Path, content: bytes) -> None:
    if path.is_file() and path.read_bytes() == content:
        return
    handle, made = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(made).chmod(0o644)
        Path(made).replace(path)
    except BaseException:
        Path(made).unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def _told(verb: str, place: str) -> Iterator[None]:
    """Whatever a file system raises, as one line with the place in it."""
    try:
        yield
    except ReportError:
        raise
    except Exception as error:
        text = " ".join(str(error).split()) or type(error).__name__
        raise ReportError(f"report {place} must be {verb}: {text[:300]}") from error
