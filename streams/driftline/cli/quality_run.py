"""Model quality, bias and attribution as they were typed: read, run, and told."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import typer

from driftline.analysis.documents import Format, sniff
from driftline.analysis.labelled import LabelledFiles, LabelledRows, read_labelled, rows_of_table
from driftline.analysis.tables import Columns
from driftline.baseline.sagemaker.document import SageMakerDocument
from driftline.cli.analyze_run import Asked, columns_of, format_of
from driftline.cli.common import progress
from driftline.cli.quality_text import summary_of, told
from driftline.errors import ConfigError
from driftline.quality.attribution import Aggregation, global_values
from driftline.quality.bias.config import bias_config
from driftline.quality.choosing import Attributes
from driftline.quality.clarify import EXPLANATIONS, POST, PRE, bias_values, shap_values
from driftline.quality.limits import read_limits
from driftline.quality.problem import Problem
from driftline.quality.run import Outcome, attribution_run, bias_run, quality_run
from driftline.quality.statistics import read_metrics

if TYPE_CHECKING:
    from driftline.config import Config

Reader = Callable[[Callable[[int, int], None] | None], LabelledRows]
"""Reads the rows, and tells how far it has come."""


@dataclass(frozen=True)
class QualityAsked:
    """What is asked about labelled rows. One of ``problem``, ``bias`` and ``attributions`` says what kind of run it is."""

    problem: str | None = None
    bias: Path | None = None
    attributions: Path | None = None
    attributes: Attributes = field(default_factory=Attributes)
    truths: Sequence[Path] = ()
    aggregation: str = "mean_abs"

    @property
    def is_wanted(self) -> bool:
        """Whether this is a run over labelled rows at all. ConfigError when it is two kinds at once."""
        given = [
            option
            for option, value in (
                ("--problem-type", self.problem),
                ("--bias-config", self.bias),
                ("--attributions", self.attributions),
            )
            if value is not None
        ]
        if len(given) > 1:
            raise ConfigError(f"{' and '.join(given)} are different runs: name one of them")
        return bool(given)


def reader(asked: QualityAsked, given: Asked, truth: str | None, config: Callable[[], Config]) -> Reader | None:
    """What reads the rows: files, where some were named, else topics; None for attributions, which have a file of their own."""
    if not asked.is_wanted or asked.attributions is not None:
        return None
    return from_files(given, asked.truths) if given.inputs else from_topics(given, truth, config())


def from_files(asked: Asked, truths: Sequence[Path]) -> Reader:
    """Reads the files that were named. Raises ConfigError for a wrong word, or when there are none."""
    if not asked.inputs:
        raise ConfigError("name the labelled data: files or folders of captures, CSV, JSON Lines or Parquet")
    model = None if asked.model is None else (asked.model, asked.version or "")
    files = LabelledFiles(asked.inputs, truths, asked.span, format_of(asked.format), columns_of(asked), model)
    return partial(read_labelled, files)


def from_topics(asked: Asked, truth: str | None, config: Config) -> Reader:
    """Reads the captures topics, and the topic with their truth. Raises ConfigError when no model was named."""
    from driftline.analysis.kafka import Kafka
    from driftline.analysis.labelledtopics import LabelledTopics, read_labelled_topics

    if asked.model is None:
        raise ConfigError("--model says whose captures in Kafka are to be judged; --input would name files")
    wanted = LabelledTopics((asked.model, asked.version or ""), asked.span, truth)
    return partial(read_labelled_topics, Kafka(config), wanted)


def judged(asked: QualityAsked, read: Reader | None, given: Asked, report: Path | None, *, as_json: bool) -> Outcome:
    """Run and tell. Raises DriftlineError; ConfigError without a baseline, or for what makes no sense here."""
    for option, value, instead in (
        ("--window", given.window, "the range is one window"),
        ("--baseline", given.baseline, "name the file with --constraints"),
        ("--offsets", given.offsets, "say the range with --start and --end"),
        ("--preprocess", given.preprocess, "attributes are paths into the payload as it came"),
    ):
        if value:
            raise ConfigError(f"{option} does not go with a run over labelled rows: {instead}")
    if given.constraints is None:
        raise ConfigError(
            "name the baseline with --constraints: constraints.json of model quality, or analysis.json of bias or attributions; "
            "driftline quality baseline makes them"
        )
    if given.statistics is not None:
        read_metrics(SageMakerDocument.read(given.statistics))  # nothing is judged by it; another file is told
    outcome = run(asked, read, given.constraints, columns_of(given))
    tell(outcome, [] if report is None else write(outcome, report), as_json=as_json)
    return outcome


def tell(outcome: Outcome, written: Sequence[Path], *, as_json: bool) -> None:
    """Print a run, for programs or for a person."""
    for line in [summary_of(outcome, written)] if as_json else told(outcome, written):
        typer.echo(line)


def run(asked: QualityAsked, read: Reader | None, baseline: Path | None, columns: Columns) -> Outcome:
    """The run; without ``baseline`` its files are one. Attributions are read by their own file. Raises DriftlineError."""
    held = None if baseline is None else SageMakerDocument.read(baseline)
    if asked.attributions is not None or read is None:
        return _attributions(asked, asked.attributions, columns, held)
    if asked.bias is not None:
        config = bias_config(SageMakerDocument.read(asked.bias).content(), str(asked.bias))
        if held is not None:
            bias_values(held)  # another file is told before a long read
        rows = _rows(read)
        return _noted(bias_run(rows.rows, config, asked.attributes, held), rows)
    problem = _problem(asked.problem)
    if held is not None:
        read_limits(held, problem)
    rows = _rows(read)
    return _noted(quality_run(rows.rows, problem, asked.attributes, held), rows)


def _rows(read: Reader) -> LabelledRows:
    with progress("reading") as told:
        return read(told)


def _noted(outcome: Outcome, rows: LabelledRows) -> Outcome:
    return dataclasses.replace(outcome, notes=(*outcome.notes, *rows.notes))


def _problem(text: str | None) -> Problem:
    try:
        return Problem(text or "")
    except ValueError:
        known = ", ".join(problem.value for problem in Problem)
        raise ConfigError(f"--problem-type must be one of {known}, got {text!r}") from None


def _attributions(asked: QualityAsked, path: Path | None, columns: Columns, held: SageMakerDocument | None) -> Outcome:
    if path is None:
        raise ConfigError("name the labelled data: files or folders of captures, CSV, JSON Lines or Parquet")
    if asked.aggregation not in get_args(Aggregation):
        raise ConfigError(f"--aggregation must be one of {', '.join(get_args(Aggregation))}, got {asked.aggregation!r}")
    if sniff(path) is Format.JSON and any(key in _top(path) for key in (EXPLANATIONS, PRE, POST)):
        return attribution_run(shap_values(SageMakerDocument.read(path)), 0, held)
    rows = rows_of_table(path, columns)
    features = {"label0": tuple(rows[0])} if held is None else {k: tuple(v) for k, v in shap_values(held).items()}
    aggregation: Aggregation = asked.aggregation  # type: ignore[assignment]  # it is one of them, see above
    return attribution_run(global_values(rows, features, aggregation), len(rows), held)


def _top(path: Path) -> str:
    """The beginning of a file, to see what it is."""
    with path.open("rb") as stream:
        return stream.read(1 << 16).decode("utf-8", "replace")


def write(outcome: Outcome, folder: Path) -> list[Path]:
    """Write the files of a run into ``folder``; which they are. BaselineError where that can't be done."""
    paths = [folder / name for name in outcome.files]
    for path, document in zip(paths, outcome.files.values(), strict=True):
        document.write(path)
    return paths
