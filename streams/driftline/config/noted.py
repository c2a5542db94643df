"""What a reading of the configuration saw: every setting with its value as a file would spell it, and where that came from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

SECRET: Final = re.compile(r"password|secret|token|jaas|\.key\b|\.pem$|credential|passphrase", re.IGNORECASE)
"""Names of settings whose values are never printed."""

DEFAULT: Final = "default"
FILE: Final = "file"
MASK: Final = "***"
"""What is printed for the value of a secret."""


class EnvText(str):
    """A value from the environment: text that is read as whatever type is asked for. Knows its variable."""

    __slots__ = ("variable",)
    variable: str


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: ``path`` as messages have it (``topics[0].lateness``), ``value`` as a file would say it.

    ``origin`` is where it came from: ``default``, ``file`` or a variable of the environment, with the file of a secret
    behind it. ``schema`` is what JSON Schema says of its values.
    """

    path: str
    value: object
    origin: str
    schema: Mapping[str, Any]

    @property
    def shown(self) -> object:
        """The value, or a mask where it is a secret.

        >>> Setting("kafka.client.sasl.password", "hunter2", "file", {}).shown
        '***'
        """
        return MASK if SECRET.search(self.path) else self.value


def origin_of(table: Mapping[str, Any], key: str) -> str:
    """Where the value of a key comes from."""
    value = table.get(key)
    if value is None:
        return DEFAULT
    return value.variable if isinstance(value, EnvText) else FILE
