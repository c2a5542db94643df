"""What people type for `driftline baseline`: roles, names and times, turned into values or into a usage error."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Sequence
from pathlib import Path

from driftline.errors import ConfigError, ContractError


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
