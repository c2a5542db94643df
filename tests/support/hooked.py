"""Scripts of Model Monitor's kind, and captures for them."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path
from typing import Any

from driftline.config import Config, HookConfig, ModelConfig
from driftline.contracts.capture import CaptureTopic
from driftline.hooks.preprocess import Preprocessor

DOCS = """
    def preprocess_handler(inference_record):
        input_data = inference_record.endpoint_input.data
        output_data = inference_record.endpoint_output.data.rstrip("\\n")
        data = output_data + "," + input_data
        return {str(i).zfill(20): d for i, d in enumerate(data.split(","))}
"""
"""The developer guide's own first example."""


def script(folder: Path, text: str, name: str = "preprocess.py") -> Path:
    """A script as a file."""
    path = folder / name
    path.write_text(textwrap.dedent(text))
    return path


def request(data: str = "41,12.5,free,true", answer: str | None = "0.25\n", **metadata: object) -> dict[str, Any]:
    """A SageMaker capture of the churn model, one row of CSV unless told otherwise."""
    sides = {"endpointInput": _side("INPUT", data)}
    if answer is not None:
        sides["endpointOutput"] = _side("OUTPUT", answer)
    return {
        "captureData": sides,
        "eventMetadata": {
            "eventId": "e-1",
            "inferenceTime": "2026-05-01T12:00:00Z",
            "endpointName": "churn",
            "variantName": "3",
            **metadata,
        },
        "eventVersion": "0",
    }


def _side(mode: str, data: str) -> dict[str, str]:
    encoding = "JSON" if data.lstrip()[:1] in {"{", "["} else "CSV"
    kind = "application/json" if encoding == "JSON" else "text/csv"
    return {"observedContentType": kind, "mode": mode, "data": data, "encoding": encoding}


def record(data: str = "41,12.5,free,true", answer: str | None = "0.25\n", **metadata: object) -> bytes:
    """The same as a record of Kafka."""
    return json.dumps(request(data, answer, **metadata)).encode()


def preprocessor(
    path: Path, model: str = "churn", topic: CaptureTopic | None = None, **settings: object
) -> Preprocessor:
    """The scripts of a configuration with one model that has one; not started."""
    config = Config(models={model: ModelConfig(hooks=HookConfig(preprocess=str(path), **settings))})
    return Preprocessor(config, {"captures": topic or CaptureTopic("captures")})
