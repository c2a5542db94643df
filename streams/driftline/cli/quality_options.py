"""Options about labelled rows, shared by ``driftline analyze`` and ``driftline quality``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

ProblemType = Annotated[
    str | None,
    typer.Option("--problem-type", help="Model quality: BinaryClassification, MulticlassClassification or Regression."),
]
InferenceAttribute = Annotated[
    str | None,
    typer.Option(
        "--inference-attribute", help="The predicted class or number: a column's place (0), name, or JSON path."
    ),
]
ProbabilityAttribute = Annotated[
    str | None, typer.Option("--probability-attribute", help="The probability of the positive class, named likewise.")
]
ProbabilityThreshold = Annotated[
    float, typer.Option("--probability-threshold", min=0.0, max=1.0, help="A probability above it is positive.")
]
GroundTruthAttribute = Annotated[
    str | None,
    typer.Option(
        "--ground-truth-attribute", help="The true class or number (default: the first cell of ground truth)."
    ),
]
PositiveClass = Annotated[
    str | None,
    typer.Option("--positive-class", help="The positive one of two classes (default: 1, true, yes, or the last)."),
]
GroundTruth = Annotated[
    list[Path] | None,
    typer.Option("--ground-truth", help="File or folder of ground-truth records, joined by id. May be repeated."),
]
GroundTruthTopic = Annotated[
    str | None, typer.Option("--ground-truth-topic", help="Topic of ground-truth records, for captures in Kafka.")
]
BiasConfigFile = Annotated[
    Path | None,
    typer.Option("--bias-config", help="Bias: Clarify's analysis_config.json (facets, positive label values)."),
]
AttributionsFile = Annotated[
    Path | None,
    typer.Option("--attributions", help="Attribution: analysis.json of a run, or a table of SHAP values by row."),
]
Aggregated = Annotated[
    str, typer.Option("--aggregation", help="From SHAP values of rows to one: mean_abs, median or mean_sq.")
]
