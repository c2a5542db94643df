"""Batch transform: every output file goes with the input file of its name, and their rows are put together.

SageMaker calls the output of ``a.csv`` ``a.csv.out``. An output whose input is not among the files is read by itself: its rows
hold the answers alone, unless the job joined what was asked to them.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from driftline.baseline.readers.files import opened
from driftline.contracts.batch_transform import Encoding, batch_captures
from driftline.contracts.capture import Reject
from driftline.errors import BaselineError, ContractError

OUT: Final = ".out"
"""What SageMaker puts behind the name of an input file to name its output."""

_MANY: Final = 0.5
"""Share of the first line's cells that have to be names of columns to make it a header."""


@dataclass(frozen=True)
class Pair:
    """One output file, and its input file if there is one."""

    output: Path
    input: Path | None


def paired(paths: Sequence[Path | BaselineError]) -> list[Path | Pair | BaselineError]:
    """Outputs with their inputs, in the place of the outputs; everything else as it is.

    Of several inputs of the right name the one that lies beside the output counts; if there is none, that is a fault.
    """
    named: dict[str, list[Path]] = defaultdict(list)
    for path in paths:
        if isinstance(path, Path):
            named[path.name].append(path)
    found = [_paired(path, named) if isinstance(path, Path) and path.suffix == OUT else path for path in paths]
    taken = {pair.input for pair in found if isinstance(pair, Pair)}
    return [path for path in found if path not in taken]


def _paired(output: Path, named: dict[str, list[Path]]) -> Pair | BaselineError:
    inputs = named.get(output.name.removesuffix(OUT), [])
    beside = [path for path in inputs if path.parent == output.parent]
    if len(inputs) > 1 and not beside:
        names = ", ".join(map(str, inputs[:3]))
        return BaselineError(f"{output}: its input may be any of {names}: analyze them apart")
    return Pair(output, next(iter(beside or inputs), None))


@dataclass(frozen=True)
class TransformRecords:
    """The rows of an output file and its input as captures. ``names`` are the baseline's columns, to tell a header by.

    Raises BaselineError where the files do not fit each other.
    """

    input: Path | None
    names: frozenset[str]

    def __call__(self, path: Path) -> Iterator[tuple[int, bytes | Reject, float]]:
        """See `driftline.analysis.records.Records`."""
        with ExitStack() as stack:
            stream, progress = stack.enter_context(opened(path))
            outputs = _text(stream)
            asked = None if self.input is None else _text(stack.enter_context(opened(self.input))[0])
            first = outputs.readline()
            encoding: Encoding = "JSON" if first.lstrip()[:1] in {"{", "["} else "CSV"
            captures = batch_captures(
                _chain(first, outputs), None if asked is None else self._without_header(asked), encoding, str(path)
            )
            try:
                for number, capture in enumerate(captures, 1):
                    yield number, capture, progress.share()
            except ContractError as error:
                raise BaselineError(str(error)) from error
            except UnicodeDecodeError as error:
                raise BaselineError(
                    f"{path}: it or its input is not UTF-8: iconv -f LATIN1 -t UTF-8 may help"
                ) from error

    def _without_header(self, asked: IO[str]) -> Iterator[str]:
        first = asked.readline()
        cells = [cell.strip().strip('"') for cell in first.split(",")]
        if sum(cell in self.names for cell in cells) <= _MANY * len(cells):
            yield first
        yield from asked


def _text(stream: IO[bytes]) -> IO[str]:
    return io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")


def _chain(first: str, rest: IO[str]) -> Iterator[str]:
    yield first
    yield from rest
