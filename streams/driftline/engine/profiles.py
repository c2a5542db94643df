"""The two kinds of profile a pane may have: of a baseline's layout, or open where there is no baseline."""

from __future__ import annotations

from driftline.contracts.capture import OpenRows
from driftline.errors import ProtocolError
from driftline.stats.columns import Columns
from driftline.stats.open_profile import OpenProfile
from driftline.stats.profile import Profile

AnyProfile = Profile | OpenProfile
AnyRows = Columns | OpenRows


def fold_rows(profile: AnyProfile, rows: AnyRows) -> None:
    """Fold rows into a profile of their kind. Raises ProtocolError for another."""
    match profile, rows:
        case Profile(), Columns():
            profile.update(rows)
        case OpenProfile(), OpenRows():
            profile.update(rows)
        case _:
            raise ProtocolError(f"rows must be of the kind of their profile, got {type(rows)} for {type(profile)}")


def absorb(profile: AnyProfile, other: AnyProfile) -> None:
    """Take ``other`` into ``profile``. Raises ProtocolError when they are of different kinds."""
    match profile, other:
        case Profile(), Profile():
            profile.iadd(other)
        case OpenProfile(), OpenProfile():
            profile.iadd(other)
        case _:
            raise ProtocolError(f"profiles to be merged must be of one kind, got {type(profile)} and {type(other)}")
