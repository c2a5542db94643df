"""Where the facade finds things: a local folder for ``s3://`` URIs, the configuration that names Kafka, captures in files.

Everything may be given to `Session`, or by variables of the environment, so that a notebook needs no line for it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from driftline.config import Config, load_config
from driftline.errors import ConfigError
from driftline.schedules.book import ScheduleBook
from driftline.schedules.local import FolderBook
from driftline.schedules.outputs import normal
from driftline.schedules.topic import TopicBook

STORE: Final = "DRIFTLINE_SAGEMAKER_STORE"
"""Variable: the folder that stands for S3, one folder a bucket."""

CAPTURES: Final = "DRIFTLINE_SAGEMAKER_CAPTURES"
"""Variable: folder or URI that endpoints' captures lie under, by endpoint and variant; in place of Kafka."""

VERSION: Final = "DRIFTLINE_SAGEMAKER_VERSION"
"""Variable: the version that captures of an endpoint are of."""

CONFIG: Final = "DRIFTLINE_CONFIG"
"""Variable: the configuration file, as for every command."""

DEFAULT_STORE: Final = "driftline-sagemaker"
DEFAULT_BUCKET: Final = "driftline"
DEFAULT_VERSION: Final = "AllTraffic"
"""What SageMaker calls an endpoint's only variant."""

OWN: Final = ".driftline"
"""Folder of the store that schedules and jobs are kept in."""

_S3: Final = ("s3://", "s3a://")


class Session:
    """In the place of ``sagemaker.Session``: no credentials, no network but Kafka's.

    What is not given is taken from the environment (`STORE`, `CONFIG`, `CAPTURES`, `VERSION`, and driftline's own settings).
    """

    def __init__(
        self,
        store: str | Path | None = None,
        config: str | Path | None = None,
        captures: str | None = None,
        version: str | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        given = os.environ if environ is None else environ
        self._environ = given
        self.store = Path(store or given.get(STORE) or DEFAULT_STORE).absolute()
        self.captures = captures or given.get(CAPTURES) or ""
        self._version = version or given.get(VERSION) or ""
        self._file = config or given.get(CONFIG) or ""

    def default_bucket(self) -> str:
        """The bucket of what is saved without a place."""
        return DEFAULT_BUCKET

    @property
    def has_kafka(self) -> bool:
        """Whether anything says where Kafka is; captures in files come before it."""
        return not self.captures and bool(self._file or "DRIFTLINE__KAFKA__BOOTSTRAP" in self._environ)

    @property
    def config(self) -> Config:
        """The configuration of Kafka and of the workers. Raises ConfigError for a fault in it."""
        own = {name: value for name, value in self._environ.items() if name.startswith("DRIFTLINE__")}
        return load_config(Path(self._file) if self._file else None, own)

    def book(self, *, on_topics: bool) -> ScheduleBook:
        """Where schedules and executions are kept."""
        return TopicBook(self.config) if on_topics else FolderBook(self.store / OWN)

    def version_of(self, endpoint: str) -> str:
        """The version that an endpoint's captures are of: as given, as its captures topic has it, else `DEFAULT_VERSION`."""
        return self.known_version(endpoint) or DEFAULT_VERSION

    def known_version(self, endpoint: str) -> str:
        """The version that somebody has said; empty where nobody has."""
        if self._version or not self.has_kafka:
            return self._version
        return next((topic.version for topic in self.config.topics if topic.model == endpoint and topic.version), "")

    def path(self, uri: str | Path) -> Path:
        """Where a URI lies on this machine: below the store for ``s3://``, else as it is. ConfigError for other stores.

        >>> Session(store="/srv/s3", environ={}).path("s3://bucket/a/../b.json")
        PosixPath('/srv/s3/bucket/b.json')
        """
        text = str(uri)
        if text.startswith(_S3):
            bucket, _, key = normal(text).partition("://")[2].partition("/")
            if bucket in {"", ".", ".."}:
                raise ConfigError(f"expected s3://bucket/key, got {text!r}")
            return self.store / bucket / key
        if "://" in text and not text.startswith("file://"):
            raise ConfigError(f"expected a path, file:// or s3:// (which is {self.store}), got {text!r}")
        return Path(text.removeprefix("file://")).absolute()

    def uri(self, path: str | Path) -> str:
        """The ``s3://`` URI of what lies in the store; of anything else its path.

        >>> Session(store="/srv/s3", environ={}).uri("/srv/s3/bucket/b.json")
        's3://bucket/b.json'
        """
        place = Path(path)
        return f"s3://{place.relative_to(self.store)}" if place.is_relative_to(self.store) else str(path)


def session_of(given: object) -> Session:
    """The session to work with: a `Session` as it is; for any other object (boto's) or none, that of the environment."""
    return given if isinstance(given, Session) else Session()


def get_execution_role(sagemaker_session: object = None) -> str:
    """A role for whoever asks: nothing here has one, and every argument that takes it ignores it."""
    return "arn:driftline:iam:::role/none"
