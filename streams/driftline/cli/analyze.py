"""``driftline analyze``: one run over a range of event time, of files or of captures in Kafka."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from driftline.cli.common import (
    AsJson,
    Bootstrap,
    ConfigFile,
    Exit,
    configuration,
    errors,
    examples,
    patient_reader,
    until_interrupted,
)
from driftline.cli.quality_options import (
    Aggregated,
    AttributionsFile,
    BiasConfigFile,
    GroundTruth,
    GroundTruthAttribute,
    GroundTruthTopic,
    InferenceAttribute,
    PositiveClass,
    ProbabilityAttribute,
    ProbabilityThreshold,
    ProblemType,
)
from driftline.errors import ConfigError
from driftline.printable import printable_line

if TYPE_CHECKING:
    from driftline.analysis.compare import Comparison
    from driftline.analysis.moments import Span
    from driftline.analysis.result import AnalysisResult

EXAMPLES: Final = examples(
    (
        "driftline analyze --statistics statistics.json --constraints constraints.json --input captures/ --report out",
        "files of Model Monitor, and captures as it wrote them",
    ),
    ("driftline analyze --baseline baseline --input today.csv", "a table against driftline's own baseline"),
    (
        "driftline analyze -c driftline.toml --model churn --version 1 --start -PT1H --end -PT0H",
        "the last hour of the captures in Kafka",
    ),
    ("driftline analyze -c driftline.toml -m churn --version 1 --start -P1D --verify", "is it what the workers said?"),
)

Input = Annotated[
    list[Path] | None,
    typer.Option(
        "--input", "-i", help="File or folder: captures, CSV, JSON Lines, Parquet, manifests. May be repeated."
    ),
]
MoreInputs = Annotated[
    list[Path] | None,
    typer.Argument(metavar="[PATH]…", help="More of what --input names, as in --input captures/*.jsonl."),
]
BaselineName = Annotated[
    str | None, typer.Option("--baseline", help="Folder of a baseline; with Kafka also the id of a published one.")
]
Statistics = Annotated[Path | None, typer.Option("--statistics", help="statistics.json of Model Monitor.")]
ConstraintsFile = Annotated[Path | None, typer.Option("--constraints", help="constraints.json of Model Monitor.")]
Model = Annotated[str | None, typer.Option("--model", "-m", help="Model; with files: rows of this model only.")]
Version = Annotated[str | None, typer.Option("--version", help="Version of the model.")]
Start = Annotated[
    str | None, typer.Option("--start", help="Event time from which on: -PT1H before now, or 2026-11-21T06:00Z.")
]
End = Annotated[str | None, typer.Option("--end", help="Event time before which: -PT0H is now.")]
OneWindow = Annotated[
    str | None, typer.Option("--window", help="Windows of this length (1h, 1h/15m), or range: the range is one.")
]
Timezone = Annotated[str, typer.Option("--timezone", help="Whose clock windows of an hour and longer follow.")]
ReportFolder = Annotated[Path | None, typer.Option("--report", help="Folder to write reports and records into.")]
FileFormat = Annotated[
    str | None, typer.Option("--format", help="capture, json, csv or parquet; else told by each file's content.")
]
ColumnNames = Annotated[
    str | None, typer.Option("--columns", help="Names of a table's columns, a,b,c, in their order.")
]
HasHeader = Annotated[str, typer.Option("--header", help="Whether CSV files begin with names: yes, no, or auto.")]
Delimiter = Annotated[str | None, typer.Option("--delimiter", help="Delimiter of CSV files; else guessed.")]
TimeColumn = Annotated[
    str | None,
    typer.Option("--time", help="Column of a table that holds the event time; else all rows are in the range."),
]

OutputColumns = Annotated[
    str,
    typer.Option(
        "--output-columns", help="Where answers are in rows by place: first, as Model Monitor has it, or last."
    ),
]
Topic = Annotated[
    str | None,
    typer.Option("--topic", help="Only this captures topic; records that name no model are taken for --model."),
]
Offsets = Annotated[
    list[str] | None,
    typer.Option("--offsets", help="TOPIC:PARTITION:FIRST-LAST: read only these, where nothing is told of a window."),
]
Verify = Annotated[
    bool, typer.Option("--verify", help="Say whether it is, byte for byte, what the workers said; exit code 3 if not.")
]


Preprocess = Annotated[
    Path | None,
    typer.Option(
        "--preprocess",
        help="Script with preprocess_handler for captures of --input; topics have theirs configured.",
    ),
]
Postprocess = Annotated[
    Path | None, typer.Option("--postprocess", help="Script with postprocess_handler, run once over --report.")
]


OwnChecks = Annotated[
    list[str] | None,
    typer.Option("--check", help="Own check over --input: module:function, or an entry point's name. May be repeated."),
]

POSTPROCESS_SECONDS: Final = 300.0
"""Time that a postprocess script may take. Chosen: it may upload what it finds."""


def analyze(  # noqa: PLR0917  (options, not arguments)
    inputs: Input = None,
    paths: MoreInputs = None,
    statistics: Statistics = None,
    constraints: ConstraintsFile = None,
    baseline: BaselineName = None,
    model: Model = None,
    version: Version = None,
    start: Start = None,
    end: End = None,
    window: OneWindow = None,
    timezone: Timezone = "UTC",
    report: ReportFolder = None,
    file_format: FileFormat = None,
    columns: ColumnNames = None,
    header: HasHeader = "auto",
    delimiter: Delimiter = None,
    time: TimeColumn = None,
    problem_type: ProblemType = None,
    inference_attribute: InferenceAttribute = None,
    probability_attribute: ProbabilityAttribute = None,
    probability_threshold: ProbabilityThreshold = 0.5,
    ground_truth_attribute: GroundTruthAttribute = None,
    positive_class: PositiveClass = None,
    ground_truth: GroundTruth = None,
    ground_truth_topic: GroundTruthTopic = None,
    bias_config: BiasConfigFile = None,
    attributions: AttributionsFile = None,
    aggregation: Aggregated = "mean_abs",
    output_columns: OutputColumns = "first",
    topic: Topic = None,
    offsets: Offsets = None,
    verify: Verify = False,
    preprocess: Preprocess = None,
    checks: OwnChecks = None,
    postprocess: Postprocess = None,
    config_file: ConfigFile = None,
    bootstrap: Bootstrap = None,
    as_json: AsJson = False,
) -> None:
    """Judge a range of event time once, with the rules of a baseline, and say what is violated.

    With --input it reads files, else the captures topics. Exit code 1 when a window is violated. A range without rows is
    UNKNOWN, which is said, and no failure; records of which not one can be read are one, exit code 3.

    With --problem-type, --bias-config or --attributions it judges answers by their truth instead: model quality, bias, or
    the attributions of features, by the baseline that --constraints names.
    """
    with errors(), until_interrupted():
        from driftline.cli.analyze_run import Asked, current, job_of, of_files

        named = (*(inputs or ()), *(paths or ()))
        asked = Asked(
            named, statistics, constraints, baseline, model, version, start, end, window, timezone,
            file_format, columns, header, delimiter, time, tuple(offsets or ()), preprocess, output_columns,
            tuple(checks or ()),
            topic=topic,
        )  # fmt: skip
        _check_reports(postprocess, report)
        if problem_type or bias_config or attributions:
            from driftline.cli.quality_run import QualityAsked, judged, reader
            from driftline.quality.choosing import Attributes

            attributes = Attributes(
                inference_attribute,
                probability_attribute,
                ground_truth_attribute,
                probability_threshold,
                positive_class,
            )
            quality = QualityAsked(
                problem_type, bias_config, attributions, attributes, tuple(ground_truth or ()), aggregation
            )
            rows = reader(quality, asked, ground_truth_topic, lambda: configuration(config_file, bootstrap))
            outcome = judged(quality, rows, asked, report, as_json=as_json)
            if postprocess is not None and report is not None and outcome.rows:
                _run_script(postprocess, asked.model or "model", asked.span, report)
            raise typer.Exit(Exit.VIOLATIONS if outcome.verdict.entries else Exit.FINE)
        replayed, more = None, dict[str, bytes]()
        if named:
            job = job_of(asked)
            result = of_files(job)
            more = current(job, result) if report is not None else {}
        else:
            from driftline.cli.analyze_kafka import of_topics

            result, replayed = of_topics(asked, configuration(config_file, bootstrap))
        written = _write(result, report, more)
        comparison = None if replayed is None else replayed.comparison
        with patient_reader():
            _tell(result, written, comparison, verify=verify, as_json=as_json)
        if postprocess is not None and report is not None and result.rows:
            _run_script(postprocess, result.model, result.span, report)
        if verify and replayed is not None and not replayed.comparison.is_equal:
            raise typer.Exit(Exit.FAILED)
        if result.unreadable:
            raise typer.Exit(Exit.FAILED)
        if result.violated:
            raise typer.Exit(Exit.VIOLATIONS)


def _check_reports(postprocess: Path | None, report: Path | None) -> None:
    """Before anything is read; the verdict of an earlier run must not be taken for that of one that fails."""
    from driftline.analysis.outputs import forget_verdict

    if postprocess is not None and report is None:
        raise ConfigError("--postprocess reads reports: say where they go with --report FOLDER")
    if report is not None:
        forget_verdict(report)


def _run_script(script: Path, model: str, span: Span | None, report: Path) -> None:
    """The postprocess script over the reports, once, as Model Monitor runs it after a run that had data."""
    from driftline.hooks.contract import RunContract
    from driftline.hooks.postprocess import run_postprocess

    times = (0, 0) if span is None else (span.start_ms, span.end_ms)
    contract = RunContract(model, "analyze", *times, report, postprocess=script)
    run_postprocess(script, contract, seconds=POSTPROCESS_SECONDS)


def _write(result: AnalysisResult, report: Path | None, more: dict[str, bytes]) -> list[Path]:
    from driftline.analysis.outputs import write_report

    return [] if report is None else write_report(result, report, more)


def _tell(
    result: AnalysisResult, written: list[Path], comparison: Comparison | None, *, verify: bool, as_json: bool
) -> None:
    import msgspec

    from driftline.analysis.outputs import summary_of
    from driftline.cli.analyze_text import told

    against = [] if comparison is None or not (verify or comparison.different) else comparison.lines()
    if as_json:
        more = {"files": [str(path) for path in written], "verified": against}
        typer.echo(msgspec.json.encode(summary_of(result) | more).decode())
        return
    for line in [*told(result, written), *map(printable_line, against)]:
        typer.echo(line)
