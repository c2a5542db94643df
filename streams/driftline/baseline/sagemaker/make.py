"""Make: Model Monitor's two files from data of any size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from driftline.baseline.passes import read_again
from driftline.baseline.profile import MAX_COLUMNS
from driftline.baseline.readers import open_source
from driftline.baseline.sagemaker.document import SageMakerDocument
from driftline.baseline.sagemaker.load import CONSTRAINTS, STATISTICS
from driftline.baseline.sagemaker.statistics import read_statistics
from driftline.baseline.sagemaker.suggest import suggest_constraints
from driftline.baseline.sagemaker.survey import Survey
from driftline.baseline.sagemaker.tally import tally_of
from driftline.errors import BaselineError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from driftline.baseline.cells import Source


@dataclass(frozen=True)
class Suggested:
    """Both files, and what to look at before they are used; a sentence each."""

    statistics: SageMakerDocument
    constraints: SageMakerDocument
    remarks: tuple[str, ...] = ()

    def write(self, folder: Path) -> tuple[Path, Path]:
        """Write both into a folder, made if need be, and say where."""
        for document in (self.statistics, self.constraints):
            document.write(folder / document.name)
        return folder / self.statistics.name, folder / self.constraints.name


def suggest(
    data: object,
    *,
    columns: Sequence[str] | None = None,
    na: Sequence[str] = (),
    delimiter: str | None = None,
    progress: Callable[[float], None] | None = None,
) -> Suggested:
    """Model Monitor's files for a file (CSV, Parquet, JSON Lines) or a pandas, polars or pyarrow table; read twice.

    ``columns`` names those of a CSV file without a header, ``na`` its words for "missing" besides the empty one. Raises
    BaselineError for what can't be read, has no rows, or changes while it is read.
    """
    return suggest_of(open_source(data, columns=columns, na=na, delimiter=delimiter), progress)


def suggest_of(source: Source, progress: Callable[[float], None] | None = None) -> Suggested:
    """:func:`suggest` of a source. The same files for every chunk size."""
    report = progress or (lambda _: None)
    rows, surveys = _surveys(source, report)
    tallies = {name: tally_of(survey) for name, survey in surveys.items()}
    read_again(source, tallies, rows, report)
    features = [tally.statistics(name, rows) for name, tally in tallies.items()]
    statistics = SageMakerDocument.of(
        STATISTICS, {"version": 0.0, "dataset": {"item_count": rows}, "features": features}
    )
    constraints = suggest_constraints(CONSTRAINTS, read_statistics(statistics).columns)
    return Suggested(statistics, constraints, tuple(_remarks(surveys)))


def _surveys(source: Source, report: Callable[[float], None]) -> tuple[int, dict[str, Survey]]:
    surveys: dict[str, Survey] = {}
    rows = 0
    for chunk in source.chunks():
        for name, cells in chunk.columns.items():
            surveys.setdefault(name, Survey()).add(cells)
        if len(surveys) > MAX_COLUMNS:
            raise BaselineError(f"{source.name}: more than {MAX_COLUMNS} columns; are keys made of data?")
        rows += chunk.rows
        report(chunk.done / 2)
    if not rows:
        raise BaselineError(f"{source.name}: there are no rows to make a baseline of")
    return rows, surveys


def _remarks(surveys: dict[str, Survey]) -> list[str]:
    found = []
    for name, survey in surveys.items():
        if survey.odd:
            found.append(
                f"{name}: {survey.odd} values are no numbers, texts or booleans (infinite, lists …): taken as missing"
            )
        if survey.numbers and survey.words and survey.numbers > survey.words:
            found.append(
                f"{name}: String, as Model Monitor types it, for {survey.words} of {survey.words + survey.numbers} values "
                "are no numbers; --na names words that mean missing"
            )
    return found
