"""Files to be analysed: found under what was named, opened whatever they are packed with, and told apart by their content."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

import msgspec

from driftline.baseline.readers.files import opened
from driftline.errors import BaselineError, ConfigError

HEAD_BYTES: Final = 65_536
"""What is looked at to tell a file's format. Chosen: the first record of a wide model, in most cases."""

_BOM: Final = b"\xef\xbb\xbf"
_RESULTS: Final = frozenset({
    "statistics.json", "constraints.json", "constraint_violations.json", "constraints_violations.json",
    "windows.jsonl", "violations.jsonl", "report.html", "report.md",
})  # fmt: skip
"""What baselines and reports consist of: no data, and left out where only the folder was named."""
_ESCAPED: Final = b'"{\\"'
"""What a record begins with that was escaped once too often: each is refused, and told as that."""
_DRIVE: Final = len("C:")
_WIDE: Final = (b"\xff\xfe", b"\xfe\xff")
_ZEROS: Final = 0.4
"""Share of zeros among every other byte from which on bytes without a mark are UTF-16. Chosen: JSON and CSV are mostly ASCII."""


class Format(enum.StrEnum):
    """What a file holds, record by record."""

    CAPTURE = "capture"
    JSON = "json"
    CSV = "csv"
    PARQUET = "parquet"


@dataclass(frozen=True)
class Found:
    """One file, and its format."""

    path: Path
    format: Format


def files_of(inputs: Sequence[Path]) -> list[Path]:
    """Every file that was named, or lies under a folder that was, each once and in the order of the names.

    Names that begin with a dot or an underscore, and those of baselines and reports, are left out within folders.
    Raises ConfigError for what is not there.
    """
    found: dict[Path, None] = {}
    for path in inputs:
        if path.is_dir():
            found |= dict.fromkeys(_under(path))
        elif path.exists():
            found[path] = None
        else:
            raise ConfigError(f"--input {path}: there is no such file or folder{_remote(path)}")
    return list(found)


def _remote(path: Path) -> str:
    """What to do with an address of a store, of which a path keeps one slash."""
    is_remote = len(path.parts) > 1 and path.parts[0].endswith(":") and len(path.parts[0]) > _DRIVE
    return ": files are read from here, copy them first (aws s3 sync)" if is_remote else ""


def _under(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        hidden = any(part[:1] in {".", "_"} for part in path.relative_to(folder).parts)
        if path.is_file() and not hidden and path.name not in _RESULTS and path.stat().st_size:
            yield path


def sniff(path: Path) -> Format:
    """The format of a file by its first bytes. Raises BaselineError with a remedy for what is none of them."""
    with opened(path) as (stream, _):
        head = stream.read(HEAD_BYTES)
    if head[:4] == b"PAR1":
        return Format.PARQUET
    if head[:2] not in _WIDE and _is_binary(head[:1024]):
        raise BaselineError(
            f"{path}: must be captures, CSV, JSON Lines or Parquet, this is no text: leave it out, or name files"
        )
    if head[:2] in _WIDE or b"\0" in head[:1024]:
        raise BaselineError(f"{path}: must be UTF-8, this is UTF-16: iconv -f UTF-16 -t UTF-8 may help")
    head = head.removeprefix(_BOM).lstrip()
    if not head:
        raise BaselineError(f"{path}: the file is empty")
    if head[:1] == b"[":
        raise BaselineError(
            f"{path}: must have one JSON object a line (JSON Lines), got an array: jq -c '.[]' may help"
        )
    if head.startswith(_ESCAPED):
        return Format.CAPTURE
    if head[:1] != b"{":
        return Format.CSV
    return Format.CAPTURE if b'"captureData"' in head or b'"groundTruthData"' in head else Format.JSON


def _is_binary(head: bytes) -> bool:
    """Whether there are zero bytes that are not every other byte of text, as UTF-16 has them."""
    zeros = max(head[0::2].count(0), head[1::2].count(0))
    return b"\0" in head and zeros < _ZEROS * (len(head) // 2)


def manifest_of(path: Path) -> list[str] | None:
    """The entries of a manifest of batch transform, as full names; None where the file is none.

    A manifest is ``[{"prefix": "s3://bucket/path/"}, "a.csv", …]``, as SageMaker writes for captured inputs and outputs.
    """
    with opened(path) as (stream, _):
        if stream.read(1) != b"[":
            return None
        text = b"[" + stream.read()
    try:
        prefix, *names = msgspec.json.decode(text)
        root = prefix["prefix"]
        whole = [f"{root}{name}" for name in names if isinstance(name, str)]
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError, TypeError, KeyError, IndexError):
        return None
    return whole if len(whole) == len(names) else None


def local_of(name: str, manifest: Path) -> Path:
    """Where an entry of a manifest lies here: as it is named, or under a folder above the manifest by the end of its name.

    Raises BaselineError that says where it was looked for.
    """
    parts = [part for part in name.partition("://")[2].split("/") if part] or [name]
    direct = Path(name.removeprefix("file://"))
    if direct.is_file():
        return direct
    for folder in manifest.absolute().parents:
        for cut in range(len(parts)):
            candidate = folder.joinpath(*parts[cut:])
            if candidate.is_file():
                return candidate
    raise BaselineError(
        f"{manifest}: its entry {name} is not here: copy it to {manifest.parent / parts[-1]}, or beside it under the same path"
    )


def with_manifests(paths: Iterable[Path]) -> Iterator[Path | BaselineError]:
    """Every data file: manifests are replaced by what they name; what that lacks is told in its place."""
    for path in paths:
        try:
            names = manifest_of(path)
            if names is None:
                yield path
                continue
        except BaselineError as error:
            yield error
            continue
        for name in names:
            try:
                yield local_of(name, path)
            except BaselineError as error:
                yield error


def lines_of(stream: IO[bytes], most: int) -> Iterator[tuple[int, bytes | int]]:
    """Lines that are not blank, with their numbers from 1; of one longer than ``most`` bytes its length alone.

    Memory: one line of at most that length.
    """
    number = 0
    while line := stream.readline(most + 2):
        number += 1
        length = len(line)
        if length > most and not line.endswith(b"\n"):
            while rest := stream.readline(1 << 20):
                length += len(rest)
                if rest.endswith(b"\n"):
                    break
            yield number, length
            continue
        line = line.removeprefix(_BOM) if number == 1 else line
        if line.strip():
            yield number, line
