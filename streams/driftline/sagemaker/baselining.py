"""A baseline of a data set, wherever the SDK's arguments say that it is: Model Monitor's two files in a folder."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from driftline.analysis.tables import csv_rows
from driftline.baseline.readers import open_source
from driftline.baseline.sagemaker.document import SageMakerDocument
from driftline.baseline.sagemaker.make import Suggested, suggest_of
from driftline.errors import BaselineError, ConfigError
from driftline.hooks.dataset import prepare
from driftline.sagemaker.ignored import LOGGER
from driftline.sagemaker.model_monitor.data_quality_monitoring_config import DataQualityMonitoringConfig
from driftline.sagemaker.model_monitor.dataset_format import Shape


@dataclass(frozen=True)
class DataSet:
    """A file, or the one file of a folder, and what it looks like."""

    place: Path
    shape: Shape

    @property
    def file(self) -> Path:
        """The file. BaselineError when there is none, or more than one."""
        if self.place.is_file():
            return self.place
        if not self.place.exists():
            raise BaselineError(f"{self.place}: there is no such file or folder")
        found = [path for path in sorted(self.place.rglob("*")) if path.is_file() and path.name[:1] not in {".", "_"}]
        if len(found) != 1:
            listed = ", ".join(path.name for path in found[:5]) or "an empty folder"
            raise BaselineError(f"{self.place}: expected a data set in one file, got {listed}")
        return found[0]

    @property
    def columns(self) -> Sequence[str] | None:
        """Names of the columns of a table without any: ``_c0``, ``_c1`` …, as Model Monitor calls them; else None."""
        if self.shape.kind == "sagemakerCaptureJson":
            raise ConfigError("a baseline is made of training data: dataset_format is csv or json, not captures")
        if self.shape.kind != "csv" or self.shape.header:
            return None
        first = next(iter(csv_rows(self.file, None)), None)
        return None if first is None else [f"_c{place}" for place in range(len(first[1]))]


def suggested(
    data: DataSet, folder: Path, script: Path | None = None, override: DataQualityMonitoringConfig | None = None
) -> tuple[Path, Path]:
    """Write ``statistics.json`` and ``constraints.json`` of a data set, maybe as a script makes it; where they are.

    Raises BaselineError, ConfigError or HookError.
    """
    found = _suggested(data, script)
    for remark in found.remarks:
        LOGGER.warning("%s", remark)
    return _overridden(found, override).write(folder)


def _suggested(data: DataSet, script: Path | None) -> Suggested:
    if script is None:
        return suggest_of(open_source(data.file, columns=data.columns))
    with tempfile.TemporaryDirectory(prefix="driftline-") as made:
        target = Path(made) / f"{data.file.name.partition('.')[0]}.csv"
        columns = prepare(script, data.file, target).columns
        return suggest_of(open_source(target, columns=list(columns) or None))


def _overridden(found: Suggested, override: DataQualityMonitoringConfig | None) -> Suggested:
    if override is None:
        return found
    content = found.constraints.content()
    edited = {**content, "monitoring_config": override.applied(content.get("monitoring_config", {}))}
    return Suggested(found.statistics, SageMakerDocument.of(found.constraints.name, edited), found.remarks)
