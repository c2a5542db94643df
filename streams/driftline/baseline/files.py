"""A baseline as two files: ``statistics.json``, which nobody edits, and ``constraints.json``, which people do.

The files of SageMaker Model Monitor have the same names, and load as well.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

import msgspec

from driftline.baseline.constraints import ColumnConstraint, Constraints, Defaults
from driftline.baseline.faults import Fault, constraint_faults, statistics_faults
from driftline.baseline.model import Baseline, ColumnProfile
from driftline.baseline.pretty import pretty
from driftline.baseline.sagemaker.load import CONSTRAINTS, STATISTICS, Loaded, find_files, load_monitor
from driftline.baseline.sagemaker.rules import MonitorRules
from driftline.errors import BaselineError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["CONSTRAINTS", "STATISTICS", "UNNAMED", "load", "load_with_remarks", "save"]

#: Model and version of a baseline from Model Monitor's files, which do not say whose they are, where nobody names them.
UNNAMED: Final = ("model", "1")
#: Version of both formats; a reader refuses any other.
VERSION: Final = 1
_FORMATS: Final = {STATISTICS: "driftline.statistics", CONSTRAINTS: "driftline.constraints"}
_SHOWN: Final = 20


class StatisticsFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Content of ``statistics.json``."""

    format: str
    version: int
    model: str
    model_version: str
    created: str
    source: str
    rows: int
    effective_from: int | None = None
    columns: tuple[ColumnProfile, ...]


class ConstraintsFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Content of ``constraints.json``; what is left out is the default. ``monitor``: rules taken from Model Monitor's file."""

    format: str
    version: int
    min_samples: int = 30
    defaults: Defaults = Defaults()
    columns: tuple[ColumnConstraint, ...] = ()
    monitor: MonitorRules | msgspec.UnsetType = msgspec.UNSET


_File = TypeVar("_File", StatisticsFile, ConstraintsFile)


def save(baseline: Baseline, directory: str | Path) -> tuple[Path, Path]:
    """Write both files into ``directory`` (made if need be) and say where; BaselineError if that can't be done."""
    folder = Path(directory)
    statistics = StatisticsFile(
        format=_FORMATS[STATISTICS],
        version=VERSION,
        model=baseline.model,
        model_version=baseline.version,
        created=baseline.created,
        source=baseline.source,
        rows=baseline.rows,
        effective_from=baseline.effective_from,
        columns=baseline.columns,
    )
    limits = baseline.constraints
    constraints = ConstraintsFile(
        format=_FORMATS[CONSTRAINTS],
        version=VERSION,
        min_samples=limits.min_samples,
        defaults=limits.defaults,
        columns=limits.columns,
        monitor=msgspec.UNSET if baseline.monitor is None else baseline.monitor,
    )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in ((STATISTICS, statistics), (CONSTRAINTS, constraints)):
            (folder / name).write_text(pretty(msgspec.to_builtins(content)) + "\n", encoding="utf-8")
    except OSError as error:
        raise BaselineError(f"{folder}: can't be written: {error.strerror}") from error
    return folder / STATISTICS, folder / CONSTRAINTS


def load(path: str | Path, *, model: str | None = None, version: str | None = None) -> Baseline:
    """The baseline of a directory (or of either file in it), driftline's or Model Monitor's, every word of both files checked.

    ``model`` and ``version`` name those of Model Monitor's files ("model" and "1" by default); others know theirs. Raises
    BaselineError with file, JSON path, what was expected and what came. An edited constraint makes another id.
    """
    return load_with_remarks(path, model=model, version=version).baseline


def load_with_remarks(path: str | Path, *, model: str | None = None, version: str | None = None) -> Loaded:
    """:func:`load`, and what a person should know of Model Monitor's files."""
    files = find_files(Path(path))
    if files is not None:
        return load_monitor(files, model=model or UNNAMED[0], version=version or UNNAMED[1])
    baseline = _load_own(Path(path))
    for what, named, own in (("model", model, baseline.model), ("version", version, baseline.version)):
        if named not in {None, own}:
            raise BaselineError(f"{path}: expected a baseline of {what} {named!r}, got one of {own!r}")
    return Loaded(baseline)


def _load_own(folder: Path) -> Baseline:
    if folder.name in _FORMATS:
        folder = folder.parent
    statistics = _read(folder / STATISTICS, StatisticsFile)
    limits = _read(folder / CONSTRAINTS, ConstraintsFile)
    is_monitor = limits.monitor is not msgspec.UNSET
    _refuse(folder / STATISTICS, statistics_faults(statistics.rows, statistics.columns, is_monitor=is_monitor))
    constraints = Constraints(limits.min_samples, limits.defaults, limits.columns)
    _refuse(folder / CONSTRAINTS, constraint_faults(constraints, statistics.columns))
    return Baseline.build(
        model=statistics.model,
        version=statistics.model_version,
        rows=statistics.rows,
        columns=statistics.columns,
        constraints=constraints,
        created=statistics.created,
        source=statistics.source,
        effective_from=statistics.effective_from,
        monitor=None if limits.monitor is msgspec.UNSET else limits.monitor,
    )


def _read(path: Path, kind: type[_File]) -> _File:
    """One file, its format and types checked."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise BaselineError(f"{path}: can't be read: {reason}") from error
    try:
        content = json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_unique)
    except ValueError as error:
        raise BaselineError(f"{path}: not JSON: {error}") from error
    wanted = {"format": _FORMATS[path.name], "version": VERSION}
    for key, value in wanted.items():
        came = content.get(key) if isinstance(content, dict) else content
        if came != value:
            raise BaselineError(f"{path}: {Fault(f'$.{key}', repr(value), repr(came))}")
    try:
        return msgspec.convert(content, kind)
    except msgspec.ValidationError as error:
        raise BaselineError(f"{path}: {_place(str(error))}") from error


def _refuse_constant(word: str) -> None:
    raise ValueError(f"{word} is no number here")


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """A JSON object; a key that is there twice would hide what one of them says."""
    content: dict[str, object] = {}
    for key, value in pairs:
        if key in content:
            raise ValueError(f"the key {key!r} is there twice in one object")
        content[key] = value
    return content


def _place(message: str) -> str:
    """A message of msgspec with its path first: "$.rows: expected `int`, got `str`"."""
    what, _, path = message.partition(" - at ")
    return f"{path.strip('`') or '$'}: {what[:1].lower()}{what[1:]}"


def _refuse(path: Path, faults: Sequence[Fault]) -> None:
    """Raise for faults, all of them at once."""
    if faults:
        more = [f"… and {len(faults) - _SHOWN} more"] if len(faults) > _SHOWN else []
        raise BaselineError("\n".join([f"{path}: {fault}" for fault in faults[:_SHOWN]] + more))
