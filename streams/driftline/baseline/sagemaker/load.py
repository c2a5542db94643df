"""Model Monitor's files as a baseline: both of them, or either alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from driftline.baseline.constraints import ColumnConstraint, Constraints
from driftline.baseline.kinds import Kind
from driftline.baseline.model import Baseline, CategoryStatistics, ColumnProfile, Role
from driftline.baseline.sagemaker.constraints import read_rules
from driftline.baseline.sagemaker.document import SageMakerDocument
from driftline.baseline.sagemaker.statistics import Column, FileStatistics, nothing, read_statistics
from driftline.baseline.sagemaker.suggest import suggest_constraints
from driftline.errors import BaselineError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from driftline.baseline.sagemaker.rules import FeatureRules, MonitorRules

STATISTICS: Final = "statistics.json"
CONSTRAINTS: Final = "constraints.json"
#: Bytes looked at to tell whose file it is. Chosen, because the telling keys are the first ones.
_HEAD: Final = 65_536
_OURS: Final = b'"driftline.'
_KEYS: Final = (
    b'"features"',
    b'"dataset"',
    b'"monitoring_config"',
    b'"violations"',
    b'"explanations"',
    b'_constraints"',
    b'_metrics"',
)
_LISTED: Final = 10


@dataclass(frozen=True)
class Files:
    """Where the two files are; at least one is there."""

    statistics: Path | None = None
    constraints: Path | None = None

    @property
    def name(self) -> str:
        """What to call them."""
        return " + ".join(path.name for path in (self.statistics, self.constraints) if path is not None)


@dataclass(frozen=True)
class Loaded:
    """A baseline, and what a person should know of the files; a sentence each."""

    baseline: Baseline
    remarks: tuple[str, ...] = ()


def find_files(path: Path) -> Files | None:
    """Model Monitor's files in a folder, or those that the file ``path`` is one of; None if there are none of its own."""
    if path.is_file() and path.name not in {STATISTICS, CONSTRAINTS}:
        return _by_content(path) if _is_monitor(path) else None
    folder = path.parent if path.name in {STATISTICS, CONSTRAINTS} else path
    there = [place if place.is_file() else None for place in (folder / STATISTICS, folder / CONSTRAINTS)]
    other = [place for place in there if place is not None and not _is_monitor(place)]
    if len(other) == sum(place is not None for place in there):
        return None
    if other:
        raise BaselineError(f"{other[0]}: expected Model Monitor's, as the file beside it is, got something else")
    return Files(*there)


def _by_content(path: Path) -> Files:
    """A file of another name: whichever of the two it is."""
    return Files(statistics=path) if SageMakerDocument.read(path).kind == "statistics" else Files(constraints=path)


def _is_monitor(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD).replace(b"\x00", b"")
    except OSError:
        return False
    return _OURS not in head and any(key in head for key in _KEYS)


def load_monitor(
    files: Files, *, model: str, version: str, roles: Mapping[str, str] | None = None, created: str = ""
) -> Loaded:
    """The baseline that Model Monitor's files make, features in the order of the constraints: it names what comes by position.

    Without statistics no drift can be told; without constraints those are taken that Model Monitor suggests for the
    statistics. All columns are features but for ``roles``. Raises BaselineError for files that can't be read, are of another
    kind (swapped, of another monitor), or are of different models: features with constraints that the statistics do not know.
    """
    told = None if files.statistics is None else SageMakerDocument.read(files.statistics)
    statistics = None if told is None else read_statistics(told)
    rules = _rules(files, statistics)
    if statistics is not None and files.constraints is not None:
        _agree(files, statistics, rules)
    held = {} if statistics is None else {column.name: column for column in statistics.columns}
    columns = tuple(_profile(feature, held.get(feature.name), roles or {}) for feature in rules.features)
    baseline = Baseline.build(
        model=model,
        version=version,
        rows=0 if statistics is None else statistics.rows,
        columns=columns,
        constraints=Constraints(min_samples=1, columns=tuple(_allowed(columns, rules))),
        created=created,
        source=files.name,
        monitor=rules,
    )
    return Loaded(baseline, tuple(_remarks(files, told, statistics, rules)))


def _rules(files: Files, statistics: FileStatistics | None) -> MonitorRules:
    if files.constraints is not None:
        return read_rules(SageMakerDocument.read(files.constraints))
    if statistics is None:
        raise BaselineError("name statistics.json or constraints.json of Model Monitor, or both")
    return read_rules(suggest_constraints(CONSTRAINTS, statistics.columns))


def _agree(files: Files, statistics: FileStatistics, rules: MonitorRules) -> None:
    """Raise BaselineError if either file has features that the other lacks: they are of different models.

    If only one of them has more, features were taken out of the other, or into it, by hand.
    """
    unknown, dropped = _unlike(statistics, rules)
    if unknown and (dropped or len(unknown) == len(rules.features)):
        raise BaselineError(
            f"{files.constraints}: expected constraints of the features of {files.statistics}, got constraints of another "
            f"model: not in the statistics: {_listed(unknown)}; only there: {_listed(dropped)}. "
            "Take both files of one baselining job, or the constraints alone (then there is no drift check)"
        )


def _unlike(statistics: FileStatistics, rules: MonitorRules) -> tuple[list[str], list[str]]:
    """The features that only the constraints have, and those that only the statistics have."""
    known, demanded = {column.name for column in statistics.columns}, set(rules.names)
    unknown = [name for name in rules.names if name not in known]
    return unknown, [column.name for column in statistics.columns if column.name not in demanded]


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return ", ".join(repr(name) for name in names[:_LISTED]) + more if names else "none"


def _profile(feature: FeatureRules, column: Column | None, roles: Mapping[str, str]) -> ColumnProfile:
    """The column of a feature; its type is that of the constraints, which may have been edited."""
    kind = feature.inferred_type
    role = Role(roles.get(feature.name, Role.FEATURE))
    if kind is Kind.UNKNOWN:
        return ColumnProfile(feature.name, role, kind)
    if column is None:
        return ColumnProfile(feature.name, role, kind, nothing(kind))
    fits = column.statistics is not None and column.kind.is_numeric == kind.is_numeric
    statistics = column.statistics if fits else nothing(kind, column.missing, column.present)
    return ColumnProfile(feature.name, role, kind, statistics)


def _allowed(columns: Sequence[ColumnProfile], rules: MonitorRules) -> list[ColumnConstraint]:
    """Values that the domains allow and the statistics have not seen: windows count them by name as well."""
    found = []
    for column, feature in zip(columns, rules.features, strict=True):
        if isinstance(column.statistics, CategoryStatistics) and feature.domains:
            more = tuple(value for value in feature.domains if value not in column.statistics.categories)
            found += [ColumnConstraint(column.name, categories=more)] if more else []
    return found


def _remarks(
    files: Files, told: SageMakerDocument | None, statistics: FileStatistics | None, rules: MonitorRules
) -> list[str]:
    found = []
    if told is not None and told.odd:
        found.append(f"{told.name}: {told.odd} numbers are NaN or infinite, which JSON does not know: taken as absent")
    if files.constraints is None:
        found.append("there are no constraints: those that Model Monitor suggests for the statistics are taken")
    if statistics is None:
        return [*found, "there are no statistics: drift can't be told"]
    unknown, dropped = _unlike(statistics, rules)
    if unknown:
        found.append(f"the constraints hold features without statistics, whose drift can't be told: {_listed(unknown)}")
    if dropped:
        found.append(f"the statistics hold features without constraints, which are left out: {_listed(dropped)}")
    kinds = {feature.name: feature.inferred_type for feature in rules.features}
    ordered = [column.name for column in statistics.columns if column.name in kinds]
    if ordered != [name for name in rules.names if name in set(ordered)]:
        found.append(
            "the files have their features in different orders: columns by place are named as in the constraints"
        )
    for column in statistics.columns:
        if column.name in kinds and column.why:
            found.append(f"{column.name}: {column.why}: its drift can't be told")
        elif column.name in kinds and column.kind.is_numeric != kinds[column.name].is_numeric:
            found.append(
                f"{column.name}: {kinds[column.name]} in the constraints, {column.kind} in the statistics: no drift of it"
            )
    return found
