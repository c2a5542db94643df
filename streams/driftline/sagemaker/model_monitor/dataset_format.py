"""What a data set looks like, in the words of the SDK; and what the readers here are told of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from driftline.errors import ConfigError

Format = dict[str, dict[str, Any]]

_KNOWN: Final = ("csv", "json", "sagemakerCaptureJson", "parquet")


class DatasetFormat:
    """Of a baseline's data."""

    @staticmethod
    def csv(header: bool = True, output_columns_position: str = "START") -> Format:
        """CSV, with its names in the first line or not; answers stand at the START of a row or at its END."""
        return {"csv": {"header": header, "output_columns_position": output_columns_position}}

    @staticmethod
    def json(lines: bool = True) -> Format:
        """JSON, one object a line."""
        return {"json": {"lines": lines}}

    @staticmethod
    def sagemaker_capture_json() -> Format:
        """Data capture records."""
        return {"sagemakerCaptureJson": {}}


class MonitoringDatasetFormat:
    """Of what a batch transform job captured."""

    @staticmethod
    def csv(header: bool = True, parameter_names: object = None) -> Format:
        """CSV, with its names in the first line or not."""
        return {"csv": {"header": header}}

    @staticmethod
    def json(lines: bool = True) -> Format:
        """JSON, one object a line."""
        return {"json": {"line": lines}}

    @staticmethod
    def parquet() -> Format:
        """Parquet."""
        return {"parquet": {}}


@dataclass(frozen=True)
class Shape:
    """A format, read: its kind, whether CSV has a header, where answers stand."""

    kind: str = "sagemakerCaptureJson"
    header: bool = True
    output_columns: str = "first"


def shape_of(given: Mapping[str, Any] | None) -> Shape:
    """A format of the SDK, also in the spelling of the API (``Csv``, ``Header``). ConfigError for any other."""
    if given is None:
        return Shape()
    known = {name.lower(): name for name in _KNOWN}
    if len(given) != 1 or next(iter(given)).lower() not in known:
        raise ConfigError(f"dataset_format must be one of {', '.join(_KNOWN)} with its options, got {given!r}")
    kind = known[next(iter(given)).lower()]
    options = {str(name).lower(): value for name, value in (next(iter(given.values())) or {}).items()}
    position = str(options.get("output_columns_position", "START")).upper()
    if position not in {"START", "END"}:
        raise ConfigError(f"output_columns_position must be START or END, got {position!r}")
    return Shape(kind, _is_true(options.get("header", True)), "last" if position == "END" else "first")


def _is_true(value: object) -> bool:
    return str(value).lower() not in {"false", "0", "none"}
