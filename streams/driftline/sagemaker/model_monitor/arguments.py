"""Arguments of the SDK, turned into one thing each; and the clock and the names that it makes."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from driftline.sagemaker.model_monitor.inputs import BatchTransformInput, EndpointInput
from driftline.sagemaker.model_monitor.monitoring_files import ModelMonitoringFile

Input = EndpointInput | BatchTransformInput


def the_input(endpoint_input: str | EndpointInput | None, batch_input: BatchTransformInput | None) -> Input:
    """The one input that a schedule has. ValueError for none or two, as the SDK raises it."""
    if (endpoint_input is None) == (batch_input is None):
        raise ValueError("a schedule needs either endpoint_input or batch_transform_input, and not both")
    if isinstance(endpoint_input, str):
        return EndpointInput(endpoint_input, "/opt/ml/processing/input/endpoint")
    return endpoint_input or batch_input  # type: ignore[return-value]  # one of them is there


def uri_of(given: ModelMonitoringFile | str | None) -> str:
    """Where a file of the SDK's arguments is; empty for none."""
    return given.file_s3_uri if isinstance(given, ModelMonitoringFile) else given or ""


def now_ms() -> int:
    """The clock on the wall, in ms UTC: when people do things is part of what they do."""
    return time.time_ns() // 1_000_000


def named(base: str) -> str:
    """A name that nobody has, as the SDK makes them."""
    return f"{base}-{datetime.now(UTC):%Y-%m-%d-%H-%M-%S-%f}"[:-3]
