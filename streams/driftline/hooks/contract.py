"""Model Monitor's contract with code of one's own: environment variables and paths, for scripts and for programs.

Source: the developer guide, "Container Contract Inputs" and "Outputs", and the environment that the Python SDK sets
(``sagemaker.model_monitor``). Paths are those of the machine: what lies in ``/opt/ml/processing`` there is named by a variable.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

STATISTICS: Final = "statistics.json"
CONSTRAINTS: Final = "constraints.json"
VIOLATIONS: Final = "constraint_violations.json"
VIOLATIONS_NAMES: Final = (VIOLATIONS, "constraints_violations.json")
"""Both names are in the developer guide; real runs write the first."""

OUTPUT_FOLDER: Final = "/opt/ml/processing/output"
"""Where Model Monitor's own container has its output, and where scripts are seen to write."""

CAPTURES: Final = {"sagemakerCaptureJson": {"captureIndexNames": ["endpointInput", "endpointOutput"]}}
"""The format of captures of an endpoint."""


@dataclass(frozen=True)
class RunContract:
    """One run over [``start_ms``, ``end_ms``) (UTC): where its data is, where its results go, what it is called.

    ``format`` is the ``dataset_format`` (``CAPTURES``, ``{"csv": {"header": true}}``, ``{"json": {"lines": true}}``); data,
    baselines and scripts are left out of the environment where there are none, as there.
    """

    endpoint: str
    schedule: str
    start_ms: int
    end_ms: int
    output: Path
    source: Path | None = None
    format: object = None
    constraints: Path | None = None
    statistics: Path | None = None
    preprocess: Path | None = None
    postprocess: Path | None = None
    metrics: bool = True

    def environment(self) -> dict[str, str]:
        """The variables, by Model Monitor's names."""
        paths = {
            "dataset_source": self.source,
            "baseline_constraints": self.constraints,
            "baseline_statistics": self.statistics,
            "record_preprocessor_script": self.preprocess,
            "post_analytics_processor_script": self.postprocess,
        }
        return {
            "dataset_format": json.dumps(CAPTURES if self.format is None else self.format),
            "output_path": str(self.output.absolute()),
            "start_time": utc(self.start_ms),
            "end_time": utc(self.end_ms),
            "publish_cloudwatch_metrics": "Enabled" if self.metrics else "Disabled",
            "sagemaker_endpoint_name": self.endpoint,
            "sagemaker_monitoring_schedule_name": self.schedule,
            **{name: str(path.absolute()) for name, path in paths.items() if path is not None},
        }


def utc(ms: int) -> str:
    """Milliseconds since the epoch as Model Monitor writes times: whole seconds, UTC.

    >>> utc(1_577_836_800_000)
    '2020-01-01T00:00:00Z'
    """
    return datetime.fromtimestamp(ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def preprocess_environment(model: str, script: Path) -> dict[str, str]:
    """What a preprocess script finds in its environment: it belongs to no run, so that there are no times and no data."""
    return {
        "dataset_format": json.dumps(CAPTURES),
        "sagemaker_endpoint_name": model,
        "record_preprocessor_script": str(script.absolute()),
    }


def standing_folders(output: Path | str | None) -> dict[str, str]:
    """Folders of the container by what stands for them here; without an output, what is written there is discarded."""
    return {OUTPUT_FOLDER: "" if output is None else str(Path(output).absolute())}
