"""The files of Model Monitor as objects: ``body_dict`` to look at and to edit, ``save()`` to write them back."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any, ClassVar, Self, TypeVar

from driftline.baseline.sagemaker.document import SageMakerDocument
from driftline.errors import BaselineError
from driftline.sagemaker.ignored import ignoring
from driftline.sagemaker.session import Session, session_of

F = TypeVar("F", bound="ModelMonitoringFile")


class ModelMonitoringFile:
    """A JSON file in the store. What is saved after an edit keeps unknown keys and the spelling of every number."""

    default_name: ClassVar[str] = "statistics.json"

    @ignoring("kms_key")
    def __init__(
        self, body_dict: dict[str, Any], file_s3_uri: str, kms_key: object = None, sagemaker_session: object = None
    ) -> None:
        self.body_dict = body_dict
        self.file_s3_uri = file_s3_uri
        self.session: Session = session_of(sagemaker_session)

    @property
    def path(self) -> Path:
        """Where the file is on this machine."""
        return self.session.path(self.file_s3_uri)

    def save(self, new_save_location_s3_uri: str | None = None) -> str:
        """Write the body to its place, or to a new one, which is its place from then on; says where. BaselineError."""
        self.file_s3_uri = new_save_location_s3_uri or self.file_s3_uri
        SageMakerDocument.of(self.default_name, self.body_dict).write(self.path)
        return self.file_s3_uri

    @classmethod
    def _read(cls, uri: str, sagemaker_session: object) -> Self:
        session = session_of(sagemaker_session)
        path = session.path(uri)
        if not path.is_file():
            raise BaselineError(f"{uri}: there is no such file; s3:// is {session.store}")
        return cls(SageMakerDocument.read(path).content(), uri, sagemaker_session=session)

    @classmethod
    def _of_text(cls, text: str | bytes, name: str | None, sagemaker_session: object) -> Self:
        session = session_of(sagemaker_session)
        uri = f"s3://{session.default_bucket()}/monitoring/{uuid.uuid4()}/{name or cls.default_name}"
        data = text.encode() if isinstance(text, str) else text
        SageMakerDocument(name or cls.default_name, data).write(session.path(uri))
        return cls._read(uri, session)

    @classmethod
    def _of_file(cls, path: str, sagemaker_session: object) -> Self:
        document = SageMakerDocument.read(Path(path))
        return cls._of_text(document.text, Path(path).name, sagemaker_session)


class Statistics(ModelMonitoringFile):
    """``statistics.json``."""

    @ignoring("kms_key")
    def __init__(
        self,
        body_dict: dict[str, Any],
        statistics_file_s3_uri: str,
        kms_key: object = None,
        sagemaker_session: object = None,
    ) -> None:
        super().__init__(body_dict, statistics_file_s3_uri, None, sagemaker_session)

    @classmethod
    def from_s3_uri(
        cls, statistics_file_s3_uri: str, kms_key: object = None, sagemaker_session: object = None
    ) -> Statistics:
        """Read from the store. BaselineError when it is not there, or no JSON."""
        return cls._read(statistics_file_s3_uri, sagemaker_session)

    @classmethod
    def from_string(
        cls,
        statistics_file_string: str,
        kms_key: object = None,
        file_name: str | None = None,
        sagemaker_session: object = None,
    ) -> Statistics:
        """Put a text into the store."""
        return cls._of_text(statistics_file_string, file_name, sagemaker_session)

    @classmethod
    def from_file_path(
        cls, statistics_file_path: str, kms_key: object = None, sagemaker_session: object = None
    ) -> Statistics:
        """Put a file into the store."""
        return cls._of_file(statistics_file_path, sagemaker_session)


class Constraints(ModelMonitoringFile):
    """``constraints.json``."""

    default_name = "constraints.json"

    @ignoring("kms_key")
    def __init__(
        self,
        body_dict: dict[str, Any],
        constraints_file_s3_uri: str,
        kms_key: object = None,
        sagemaker_session: object = None,
    ) -> None:
        super().__init__(body_dict, constraints_file_s3_uri, None, sagemaker_session)

    @classmethod
    def from_s3_uri(
        cls, constraints_file_s3_uri: str, kms_key: object = None, sagemaker_session: object = None
    ) -> Constraints:
        """Read from the store. BaselineError when it is not there, or no JSON."""
        return cls._read(constraints_file_s3_uri, sagemaker_session)

    @classmethod
    def from_string(
        cls,
        constraints_file_string: str,
        kms_key: object = None,
        file_name: str | None = None,
        sagemaker_session: object = None,
    ) -> Constraints:
        """Put a text into the store."""
        return cls._of_text(constraints_file_string, file_name, sagemaker_session)

    @classmethod
    def from_file_path(
        cls, constraints_file_path: str, kms_key: object = None, sagemaker_session: object = None
    ) -> Constraints:
        """Put a file into the store."""
        return cls._of_file(constraints_file_path, sagemaker_session)

    def set_monitoring(self, enable_monitoring: bool, feature_name: str | None = None) -> None:
        """Switch all checks, or those of one feature, also of a number (where the SDK fails). ``save()`` makes it last.

        BaselineError for a feature that is not there.
        """
        flag = "Enabled" if enable_monitoring else "Disabled"
        if feature_name is None:
            self.body_dict.setdefault("monitoring_config", {})["evaluate_constraints"] = flag
            return
        found = [one for one in self.body_dict.get("features", []) if one.get("name") == feature_name]
        if not found:
            raise BaselineError(f"{self.file_s3_uri}: there is no feature {feature_name!r}")
        for feature in found:
            holder = feature.get("string_constraints", feature)
            key = "monitoring_config_overrides" if holder is not feature else "monitoringConfigOverrides"
            holder[key] = {**(holder.get(key) or {}), "evaluate_constraints": flag}


class ConstraintViolations(ModelMonitoringFile):
    """``constraint_violations.json``."""

    default_name = "constraint_violations.json"

    @ignoring("kms_key")
    def __init__(
        self,
        body_dict: dict[str, Any],
        constraint_violations_file_s3_uri: str,
        kms_key: object = None,
        sagemaker_session: object = None,
    ) -> None:
        super().__init__(body_dict, constraint_violations_file_s3_uri, None, sagemaker_session)

    @classmethod
    def from_s3_uri(
        cls, constraint_violations_file_s3_uri: str, kms_key: object = None, sagemaker_session: object = None
    ) -> ConstraintViolations:
        """Read from the store. BaselineError when it is not there, or no JSON."""
        return cls._read(constraint_violations_file_s3_uri, sagemaker_session)

    @classmethod
    def from_string(
        cls,
        constraint_violations_file_string: str,
        kms_key: object = None,
        file_name: str | None = None,
        sagemaker_session: object = None,
    ) -> ConstraintViolations:
        """Put a text into the store."""
        return cls._of_text(constraint_violations_file_string, file_name, sagemaker_session)

    @classmethod
    def from_file_path(
        cls, constraint_violations_file_path: str, kms_key: object = None, sagemaker_session: object = None
    ) -> ConstraintViolations:
        """Put a file into the store."""
        return cls._of_file(constraint_violations_file_path, sagemaker_session)
