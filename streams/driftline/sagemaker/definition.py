"""What a schedule of the facade needs beside its record: inputs, baseline files and scripts, kept in the store by its name.

The record on the control topic never names code or files of a machine; these stay where they were named.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from driftline.errors import ReportError
from driftline.sagemaker.session import OWN, Session
from driftline.schedules.layout import path_part
from driftline.schedules.store import FolderStore


class JobDefinition(msgspec.Struct, frozen=True, kw_only=True):
    """A job, version 1. Everything that is a place is a URI as it was given; empty where there is none.

    ``input`` is where batch transform's captures are; without it the job looks at the captures of an endpoint. ``on_topics``
    says that these are in Kafka, where workers run the schedule.
    """

    name: str
    input: str = ""
    header: bool = True
    on_topics: bool = False
    statistics: str = ""
    constraints: str = ""
    preprocess: str = ""
    postprocess: str = ""
    truth: str = ""
    problem: str = ""
    inference: str | None = None
    probability: str | None = None
    threshold: float | None = None
    start_offset: str = ""
    end_offset: str = ""
    schema: Literal[1] = 1


def keep(session: Session, job: JobDefinition) -> None:
    """Keep a definition, in the place of one of the same name. Raises ReportError."""
    FolderStore().write(str(_folder(session)), {f"{path_part(job.name)}.json": msgspec.json.encode(job)})


def kept(session: Session, name: str) -> JobDefinition | None:
    """The definition of a schedule; None for one that the facade has not made here. ReportError for a file that is none."""
    path = _folder(session) / f"{path_part(name)}.json"
    if not path.is_file():
        return None
    try:
        return msgspec.json.decode(path.read_bytes(), type=JobDefinition)
    except (OSError, msgspec.DecodeError) as error:
        raise ReportError(f"{path} must be a job of driftline.sagemaker: {error}") from error


def forget(session: Session, name: str) -> None:
    """Drop a definition; what is not there is no error."""
    (_folder(session) / f"{path_part(name)}.json").unlink(missing_ok=True)


def _folder(session: Session) -> Path:
    return session.store / OWN / "jobs"
