"""What people type for ``driftline baseline``: data, roles, names and times, turned into values or into a usage error."""

from __future__ import annotations

import json
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from driftline.baseline.cells import Source
from driftline.config import Config
from driftline.errors import ConfigError, ContractError


@dataclass(frozen=True)
class Data:
    """Where the data come from, as it was typed: a file with what it needs, or a topic with a range of event time."""

    file: Path | None
    columns: str | None
    na: str | None
    delimiter: str | None
    topic: str | None
    start: str | None
    end: str | None
    names: Sequence[str] = ()

    def source(self, config: Config | None, model: str, version: str) -> Source:
        """The data set. Raises ConfigError for options that do not go together, BaselineError for an unreadable file."""
        if self.topic is not None and config is not None:
            return self._captures(config, self.topic, model, version)
        if self.file is None:
            raise ConfigError("name the DATA file, or --from-topic")
        if self.start is not None or self.end is not None:
            raise ConfigError("--start and --end go with --from-topic")
        from driftline.baseline.readers import open_source

        na = names_of(self.na) or []
        return open_source(
            self.file, columns=list(self.names) or names_of(self.columns), na=na, delimiter=self.delimiter
        )

    def _captures(self, config: Config, topic: str, model: str, version: str) -> Source:
        if any(option is not None for option in (self.file, self.na, self.delimiter)):
            raise ConfigError("DATA, --na and --delimiter do not go with --from-topic")
        from driftline.cli.baseline_captures import CapturesSource

        start, end = time_of(self.start, "--start"), time_of(self.end, "--end")
        if start is not None and end is not None and start >= end:
            raise ConfigError(f"--start must be before --end, got {self.start} and {self.end}")
        return CapturesSource(config, topic, model, version, start, end, names_of(self.columns) or ())


@contextmanager
def preprocessed(
    data: Path | None, script: Path | None, topic: str | None
) -> Iterator[tuple[Path | None, Sequence[str]]]:
    """The data as a script makes them, in a passing file, and its columns; without a script the data. Raises DriftlineError."""
    if script is None:
        yield data, ()
        return
    if topic is not None:
        raise ConfigError("--preprocess goes with DATA; the script of a topic's captures stands in the configuration")
    if data is None:
        raise ConfigError("--preprocess needs the DATA file whose lines it reads")
    from driftline.hooks.dataset import prepare

    with tempfile.TemporaryDirectory(prefix="driftline-") as folder:
        target = Path(folder) / f"{data.name.partition('.')[0]}.csv"
        yield target, prepare(script, data, target).columns


def remarks(source: Source) -> list[str]:
    """What to say of the data besides what is in it."""
    rejected = getattr(source, "rejected", 0)
    return [f"{rejected} captures of the topic can't be decoded and are left out"] if rejected else []


def folder_of(model: str, version: str) -> Path:
    """Where a baseline goes by default, without what file names can't hold."""
    return Path("".join(c if c.isalnum() or c in "._-" else "_" for c in f"baseline-{model}-{version}"))


def refuse_overwriting(folder: Path | None, *, force: bool) -> None:
    """Raise ConfigError if the folder holds a baseline, unless ``force``."""
    from driftline.baseline.files import CONSTRAINTS, STATISTICS

    if folder is not None and not force and any((folder / name).exists() for name in (STATISTICS, CONSTRAINTS)):
        raise ConfigError(f"{folder} holds a baseline, whose limits may be edited by hand: --force overwrites it")


def roles_of(options: Sequence[str], file: Path | None) -> dict[str, str]:
    """Column to role: those of the file (TOML or JSON), overruled by ``name=role`` options."""
    roles = {} if file is None else _roles_in(file)
    for option in options:
        name, sign, role = option.rpartition("=")
        if not sign or not name or not role:
            raise ConfigError(f"--role: expected COLUMN=ROLE, got {option!r}")
        roles[name] = role
    return roles


def _roles_in(file: Path) -> dict[str, str]:
    try:
        text = file.read_text(encoding="utf-8-sig")
        roles = json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)
    except OSError as error:
        raise ConfigError(f"{file}: can't be read: {error.strerror}") from error
    except ValueError as error:
        raise ConfigError(f"{file}: expected TOML or JSON with COLUMN = ROLE: {error}") from error
    for name, role in roles.items():
        if not isinstance(role, str):
            raise ConfigError(f"{file}: role of {name!r}: expected a text, got {type(role).__name__}")
    return roles


def names_of(option: str | None) -> list[str] | None:
    """The names of a comma-separated option; None when it was not given."""
    return None if option is None else [name.strip() for name in option.split(",")]


def time_of(option: str | None, name: str) -> int | None:
    """Milliseconds UTC of an option that is RFC 3339 with a zone, or milliseconds; None when it was not given."""
    from driftline.contracts.times import event_time

    if option is None:
        return None
    try:
        return event_time(int(option) if option.strip().isdecimal() else option.strip())
    except ContractError as error:
        raise ConfigError(f"{name}: {error.message}") from error
