"""``DataCaptureConfig``: accepted, so that a notebook's imports and deployments stand; capturing is the model server's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from driftline.sagemaker.ignored import ignoring


class DataCaptureConfig:
    """How SageMaker captures: for its own endpoints. Nothing here deploys; captures are read from where they arrive."""

    @ignoring("kms_key_id")
    def __init__(
        self,
        enable_capture: bool,
        sampling_percentage: int = 20,
        destination_s3_uri: str | None = None,
        kms_key_id: str | None = None,
        capture_options: Sequence[str] | None = None,
        csv_content_types: Sequence[str] | None = None,
        json_content_types: Sequence[str] | None = None,
        sagemaker_session: object = None,
    ) -> None:
        self.enable_capture = enable_capture
        self.sampling_percentage = sampling_percentage
        self.destination_s3_uri = destination_s3_uri
        self.capture_options = list(capture_options or ("REQUEST", "RESPONSE"))
        self.csv_content_types = list(csv_content_types or ("text/csv",))
        self.json_content_types = list(json_content_types or ("application/json",))

    def to_request_dict(self) -> dict[str, Any]:
        """What CreateEndpointConfig takes, for whoever deploys on SageMaker with boto3."""
        modes = {"REQUEST": "Input", "RESPONSE": "Output"}
        return {
            "EnableCapture": self.enable_capture,
            "InitialSamplingPercentage": self.sampling_percentage,
            "DestinationS3Uri": self.destination_s3_uri,
            "CaptureOptions": [{"CaptureMode": modes.get(option.upper(), option)} for option in self.capture_options],
            "CaptureContentTypeHeader": {
                "CsvContentTypes": self.csv_content_types,
                "JsonContentTypes": self.json_content_types,
            },
        }
