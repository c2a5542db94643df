"""``driftline quality``: baselines of model quality, bias and feature attribution; ``driftline analyze`` judges by them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from driftline.cli.common import AsJson, errors, examples
from driftline.cli.quality_options import (
    Aggregated,
    AttributionsFile,
    BiasConfigFile,
    GroundTruth,
    GroundTruthAttribute,
    InferenceAttribute,
    PositiveClass,
    ProbabilityAttribute,
    ProbabilityThreshold,
    ProblemType,
)

app = typer.Typer(
    help="Baselines where there is a truth beside an answer: model quality, bias, feature attribution.",
    no_args_is_help=True,
)


@app.callback()
def _root() -> None:
    """Keep the name of the one command."""


@app.command(
    epilog=examples(
        (
            (
                "driftline quality baseline labelled.csv --problem-type Regression --inference-attribute price "
                "--ground-truth-attribute sold_for -o quality"
            ),
            "statistics.json and constraints.json",
        ),
        ("driftline quality baseline train.csv --bias-config analysis_config.json -o bias", "analysis.json of bias"),
        ("driftline quality baseline --attributions out.csv -o shap", "analysis.json of SHAP values by row"),
    )
)
def baseline(
    data: Annotated[
        list[Path] | None,
        typer.Argument(help="Labelled rows: CSV, JSON Lines, Parquet, or captures; files or folders."),
    ] = None,
    *,
    out: Annotated[Path, typer.Option("--output", "--out", "-o", help="Folder to write to.")] = Path("quality"),
    problem_type: ProblemType = None,
    inference_attribute: InferenceAttribute = None,
    probability_attribute: ProbabilityAttribute = None,
    probability_threshold: ProbabilityThreshold = 0.5,
    ground_truth_attribute: GroundTruthAttribute = None,
    positive_class: PositiveClass = None,
    ground_truth: GroundTruth = None,
    bias_config: BiasConfigFile = None,
    attributions: AttributionsFile = None,
    aggregation: Aggregated = "mean_abs",
    columns: Annotated[str | None, typer.Option("--columns", help="Names of a table's columns, a,b,c.")] = None,
    header: Annotated[
        str, typer.Option("--header", help="Whether CSV files begin with names: yes, no, or auto.")
    ] = "auto",
    delimiter: Annotated[str | None, typer.Option("--delimiter", help="Delimiter of CSV files; else guessed.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make a baseline of labelled rows, in Model Monitor's and Clarify's files.

    With --problem-type statistics and constraints of model quality (every metric at its own value, without slack, as Model
    Monitor suggests them), with --bias-config or --attributions an analysis.json.
    """
    with errors():
        from driftline.cli import quality_run
        from driftline.cli.analyze_run import Asked, columns_of
        from driftline.errors import ConfigError
        from driftline.quality.choosing import Attributes

        attributes = Attributes(
            inference_attribute, probability_attribute, ground_truth_attribute, probability_threshold, positive_class
        )
        asked = quality_run.QualityAsked(
            problem_type, bias_config, attributions, attributes, tuple(ground_truth or ()), aggregation
        )
        if not asked.is_wanted:
            raise ConfigError("say what to make: --problem-type, --bias-config or --attributions")
        named = Asked(tuple(data or ()), columns=columns, header=header, delimiter=delimiter)
        read = None if attributions else quality_run.from_files(named, asked.truths)
        outcome = quality_run.run(asked, read, None, columns_of(named))
        quality_run.tell(outcome, quality_run.write(outcome, out), as_json=as_json)
