"""What a schedule looks at: an endpoint's captures, or what batch transform jobs captured; and what jobs leave."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from driftline.sagemaker.ignored import ignoring


class EndpointInput:
    """The captures of an endpoint, on Kafka or in files: the model of that name. Attributes are for model quality."""

    @ignoring("features_attribute", "exclude_features_attribute")
    def __init__(
        self,
        endpoint_name: str,
        destination: str,
        s3_input_mode: str = "File",
        s3_data_distribution_type: str = "FullyReplicated",
        start_time_offset: str | None = None,
        end_time_offset: str | None = None,
        features_attribute: str | None = None,
        inference_attribute: str | None = None,
        probability_attribute: str | int | None = None,
        probability_threshold_attribute: float | None = None,
        exclude_features_attribute: str | None = None,
    ) -> None:
        self.endpoint_name = endpoint_name
        self.destination = destination
        self.start_time_offset = start_time_offset
        self.end_time_offset = end_time_offset
        self.inference_attribute = inference_attribute
        self.probability_attribute = probability_attribute
        self.probability_threshold_attribute = probability_threshold_attribute


class BatchTransformInput:
    """What batch transform jobs captured: manifests, outputs with their inputs, or tables, below a URI."""

    @ignoring("features_attribute", "exclude_features_attribute")
    def __init__(
        self,
        data_captured_destination_s3_uri: str,
        destination: str,
        dataset_format: Mapping[str, Any],
        s3_input_mode: str = "File",
        s3_data_distribution_type: str = "FullyReplicated",
        start_time_offset: str | None = None,
        end_time_offset: str | None = None,
        features_attribute: str | None = None,
        inference_attribute: str | None = None,
        probability_attribute: str | int | None = None,
        probability_threshold_attribute: float | None = None,
        exclude_features_attribute: str | None = None,
    ) -> None:
        self.data_captured_destination_s3_uri = data_captured_destination_s3_uri
        self.destination = destination
        self.dataset_format = dataset_format
        self.start_time_offset = start_time_offset
        self.end_time_offset = end_time_offset
        self.inference_attribute = inference_attribute
        self.probability_attribute = probability_attribute
        self.probability_threshold_attribute = probability_threshold_attribute


class MonitoringOutput:
    """Where a job's files are: ``destination`` is a URI of the store, ``source`` the path in Model Monitor's container."""

    def __init__(self, source: str, destination: str | None = None, s3_upload_mode: str = "Continuous") -> None:
        self.source = source
        self.destination = destination or ""
