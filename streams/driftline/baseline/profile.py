"""Profile: the facts of every column of a data set, in two passes and bounded memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from driftline.baseline.passes import read_again
from driftline.baseline.summary import EXACT
from driftline.baseline.survey import Survey
from driftline.baseline.tally import tally_of
from driftline.errors import BaselineError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from driftline.baseline.cells import Chunk, Source
    from driftline.baseline.model import Kind, Statistics

#: Columns of a data set; chosen, because keys made of data (a JSON object used as a map) must not fill the memory.
MAX_COLUMNS: Final = 10_000
#: Numbers that all columns together keep as they are (256 MB); beyond 32 columns each keeps fewer than a million.
EXACT_TOTAL: Final = 32_000_000


@dataclass(frozen=True)
class ColumnFacts:
    """What the data says of a column, before anyone says what it is for."""

    name: str
    kind: Kind
    rows: int
    missing: int
    statistics: Statistics | None
    times: int
    """Values of a date or time type."""
    odd: int
    """Present values of no type that is monitored: infinite numbers, lists, objects."""
    na_words: int
    """Words like NA that were taken as missing (numbers) or kept as texts (texts)."""
    is_typed: bool
    sample: tuple[str, ...]
    """Up to 100 of the texts, to guess the role from; never stored."""

    @property
    def completeness(self) -> float:
        """Share of the rows that have a value, 0..1 (1 without rows)."""
        return 1.0 - self.missing / self.rows if self.rows else 1.0


def profile(source: Source, progress: Callable[[float], None] | None = None) -> tuple[ColumnFacts, ...]:
    """The facts of each column of ``source``, in the order they turn up. Reads it twice; ``progress`` is told 0..1.

    The same facts for every chunk size: sums are exact, edges cut the stream and not the chunks. (One exception: which of the
    rarest texts are listed of a column with more than 100,000.) About 0.3 µs a typed number, 1.2 µs a number of a CSV file;
    memory as the constants say.
    Raises BaselineError for an empty data set, too many columns, and data that changes while it is read.
    """
    report = progress or (lambda _: None)
    rows, surveys = _survey(source, report)
    tallies = {name: tally_of(survey) for name, survey in surveys.items()}
    read_again(source, tallies, rows, report)
    return tuple(_facts(name, survey, rows, tallies[name].statistics(rows)) for name, survey in surveys.items())


def _survey(source: Source, report: Callable[[float], None]) -> tuple[int, dict[str, Survey]]:
    surveys: dict[str, Survey] = {}
    rows = 0
    for chunk in source.chunks():
        for survey in _of_chunk(surveys, chunk, rows, source.name):
            survey.missing += chunk.rows
        rows += chunk.rows
        report(chunk.done / 2)
    if not rows:
        message = f"{source.name}: there are no rows to make a baseline of"
        raise BaselineError(message)
    return rows, surveys


def _of_chunk(surveys: dict[str, Survey], chunk: Chunk, before: int, name: str) -> Iterator[Survey]:
    """Survey a chunk; yields the known columns that it lacks. A new column was missing in the rows ``before``."""
    exact = min(EXACT, EXACT_TOTAL // max(1, len(chunk.columns)))
    for column, cells in chunk.columns.items():
        if column not in surveys:
            if len(surveys) >= MAX_COLUMNS:
                message = f"{name}: more than {MAX_COLUMNS} columns; are keys made of data?"
                raise BaselineError(message)
            surveys[column] = Survey(exact)
            surveys[column].missing = before
        surveys[column].add(cells)
    yield from (survey for column, survey in surveys.items() if column not in chunk.columns)


def _facts(name: str, survey: Survey, rows: int, statistics: Statistics | None) -> ColumnFacts:
    return ColumnFacts(
        name=name,
        kind=survey.kind,
        rows=rows,
        missing=survey.missing + survey.na_as_missing,
        statistics=statistics,
        times=survey.times,
        odd=survey.odd,
        na_words=survey.na_words,
        is_typed=survey.is_typed,
        sample=tuple(survey.sample),
    )
