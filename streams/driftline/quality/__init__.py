"""Quality where there is a truth beside an answer: Model Monitor's metrics, rules and texts of models, bias and attribution.

Rows with their truth (`MergedRow`, of `Joiner` or of a table) go into a run, files and a verdict come out.
"""

from __future__ import annotations

from driftline.quality.attribution import global_values
from driftline.quality.bias.config import BiasConfig, Facet, bias_config
from driftline.quality.choosing import Attributes
from driftline.quality.joining import Joiner, MergedRow
from driftline.quality.problem import Problem
from driftline.quality.run import Outcome, attribution_run, bias_run, quality_run
from driftline.quality.verdict import Verdict

__all__ = [
    "Attributes",
    "BiasConfig",
    "Facet",
    "Joiner",
    "MergedRow",
    "Outcome",
    "Problem",
    "Verdict",
    "attribution_run",
    "bias_config",
    "bias_run",
    "global_values",
    "quality_run",
]
