"""Schedules and executions as files of a folder, for notebooks and tests without Kafka.

``schedules/NAME.json`` and ``executions/NAME/TIME.json``: the same records as on the topics, readable, written whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from driftline.contracts.control import Schedule, ScheduleAnswer, decode_schedule, encode_control
from driftline.contracts.execution import Execution, decode_execution, encode_execution
from driftline.errors import ContractError, ReportError
from driftline.schedules.book import Recorded, in_order
from driftline.schedules.layout import path_part
from driftline.schedules.store import FolderStore
from driftline.windows.stamp import compact_stamp

T = TypeVar("T")


class FolderBook:
    """See the module. One writer at a time is assumed; readers never see half a file."""

    def __init__(self, folder: Path) -> None:
        """The folder is made when something is written."""
        self.folder = folder
        self._files = FolderStore()

    def schedules(self) -> Mapping[str, Schedule]:
        """All schedules by name."""
        return {held.name: held for _, held in self._found("schedules/*.json", decode_schedule)}

    def answers(self) -> Mapping[str, ScheduleAnswer]:
        """Here nobody has to agree: every schedule is served."""
        return {
            name: ScheduleAnswer(name=name, revision=held.revision, status="Scheduled")
            for name, held in self.schedules().items()
        }

    def save(self, schedule: Schedule) -> None:
        """Keep a schedule."""
        self._files.write(
            str(self.folder / "schedules"), {f"{path_part(schedule.name)}.json": encode_control(schedule)}
        )

    def remove(self, name: str) -> None:
        """Forget a schedule."""
        try:
            (self.folder / "schedules" / f"{path_part(name)}.json").unlink(missing_ok=True)
        except OSError as error:
            raise ReportError(f"schedule {name} must be removable: {error}") from error

    def executions(self, name: str | None = None) -> list[Recorded]:
        """Executions, oldest first, as of the time of their files."""
        pattern = f"executions/{'*' if name is None else path_part(name)}/*.json"
        found = [
            Recorded(execution, int(path.stat().st_mtime * 1000))
            for path, execution in self._found(pattern, decode_execution)
        ]
        return in_order(found, name)

    def record(self, execution: Execution) -> None:
        """Keep an execution."""
        folder = self.folder / "executions" / path_part(execution.schedule)
        self._files.write(str(folder), {f"{compact_stamp(execution.scheduled)}.json": encode_execution(execution)})

    def _found(self, pattern: str, decode: Callable[[bytes], T]) -> Iterator[tuple[Path, T]]:
        """Files by name, decoded. Raises ReportError, with the file, for one that is not readable or none of ours."""
        for path in sorted(self.folder.glob(pattern)):
            try:
                yield path, decode(path.read_bytes())
            except (OSError, ContractError) as error:
                raise ReportError(f"{path} must be a record of a schedule: {error}") from error
