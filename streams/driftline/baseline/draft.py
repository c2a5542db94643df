"""Draft: from a data set to a baseline, with what was guessed on the way."""

from __future__ import annotations

import datetime as dt
import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from driftline.baseline.model import Baseline, ColumnProfile, Role
from driftline.baseline.profile import profile
from driftline.baseline.suggest import hints, suggest_constraints, suggest_roles
from driftline.errors import BaselineError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from driftline.baseline.cells import Source
    from driftline.baseline.profile import ColumnFacts

#: Roles whose statistics a baseline keeps: those of the others would be raw data (ids, entities) or say nothing.
_KEPT = frozenset({Role.FEATURE, Role.PREDICTION, Role.LABEL, Role.SEGMENT})


@dataclass(frozen=True)
class Draft:
    """A new baseline and what to tell of it: why each column has its role, its completeness, and hints."""

    baseline: Baseline
    reasons: Mapping[str, str]
    completeness: Mapping[str, float]
    hints: tuple[str, ...]


def draft(
    source: Source,
    *,
    model: str,
    version: str,
    roles: Mapping[str, str] | None = None,
    effective_from: int | None = None,
    created: str | None = None,
    progress: Callable[[float], None] | None = None,
) -> Draft:
    """Profile ``source`` and draw a baseline from it. ``roles`` overrule the guessed ones; ``created`` is now by default.

    Raises BaselineError for data that can't be read, an unknown role or column, and a model or version without a name.
    """
    _check_name("model", model)
    _check_name("version", version)
    facts = profile(source, progress)
    given = _given(roles or {}, [column.name for column in facts])
    guessed = suggest_roles(facts)
    final = {name: given.get(name, guess.role) for name, guess in guessed.items()}
    columns = tuple(_column(column, final[column.name]) for column in facts)
    baseline = Baseline.build(
        model=model,
        version=version,
        rows=facts[0].rows if facts else 0,
        columns=columns,
        constraints=suggest_constraints(columns),
        created=created or _now(),
        source=source.name,
        effective_from=effective_from,
    )
    reasons = {name: "as you said" if name in given else guess.why for name, guess in guessed.items()}
    return Draft(baseline, reasons, {c.name: c.completeness for c in facts}, tuple(hints(facts, final)))


def _column(facts: ColumnFacts, role: Role) -> ColumnProfile:
    return ColumnProfile(facts.name, role, facts.kind, facts.statistics if role in _KEPT else None)


def _now() -> str:
    """When a baseline is made: said beside the statistics, and no part of its id."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _check_name(what: str, name: str) -> None:
    if not name or len(name) > 200 or not name.isprintable():  # noqa: PLR2004 - chosen: names become keys and labels
        raise BaselineError(f"{what} must be a printable name of 1 to 200 characters, got {name!r}")


def _given(roles: Mapping[str, str], columns: Sequence[str]) -> dict[str, Role]:
    """The named roles; BaselineError for columns that are not there and roles that do not exist."""
    given = {}
    for name, role in roles.items():
        if name not in columns:
            near = difflib.get_close_matches(name, columns, 1)
            raise BaselineError(f"role of {name!r}: no such column{f', did you mean {near[0]!r}?' if near else ''}")
        if role not in set(Role):
            raise BaselineError(f"role of {name!r}: expected one of {', '.join(Role)}, got {role!r}")
        given[name] = Role(role)
    return given
