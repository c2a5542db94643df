"""Reading a table of settings so that every fault is found in one go: where, what was expected, what came."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast

from driftline.durations import parse_duration
from driftline.errors import ConfigError

Table = Mapping[str, Any]

SECRET: Final = re.compile(r"password|secret|token|jaas|\.key\b|\.pem$|credential|passphrase", re.IGNORECASE)
"""Names of settings whose values are never printed."""


class EnvText(str):
    """A value from the environment: text that is read as whatever type is asked for. Knows its variable."""

    __slots__ = ("variable",)
    variable: str


@dataclass
class Reader:
    """A table, where it is, and the faults found so far (one list for the whole file).

    Every method takes a key out and gives its value, or the default when it is absent or wrong; wrong ones are noted.
    """

    table: Table
    path: str = ""
    faults: list[str] = field(default_factory=list)
    _asked: set[str] = field(default_factory=set)

    def text(self, key: str, default: str, *, pattern: str = r"(?s).+", expected: str = "a non-empty string") -> str:
        """A string that matches the pattern as a whole."""
        value = self._take(key, default)
        if isinstance(value, str) and re.fullmatch(pattern, value):
            return str(value)
        return cast("str", self._wrong(key, expected, value, default))

    def optional_text(self, key: str, default: str | None) -> str | None:
        """A non-empty string, or nothing."""
        return self.text(key, default or "") if key in self.table else self._absent(key, default)

    def choice(self, key: str, default: str, choices: Iterable[str]) -> Any:  # noqa: ANN401 - a Literal of the caller's
        """One of some words; typed as the caller's Literal."""
        words = tuple(choices)
        value = self._take(key, default)
        return str(value) if value in words else self._wrong(key, f"one of {', '.join(words)}", value, default)

    def integer(self, key: str, default: int, low: int, high: int) -> int:
        """A whole number in [low, high]."""
        value = _from_environment(self._take(key, default))
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        return cast("int", self._wrong(key, f"a whole number from {low} to {high}", value, default))

    def boolean(self, key: str, *, default: bool) -> bool:
        """A truth value."""
        value = _from_environment(self._take(key, default))
        return value if isinstance(value, bool) else self._wrong(key, "true or false", value, default)

    def duration(self, key: str, default_ms: int, *, may_be_nought: bool = False) -> int:
        """A duration such as "10s", in milliseconds; "0s" where nought makes sense."""
        value = self._take(key, None)
        if value is None:
            return default_ms
        if may_be_nought and value in ("0", "0s", "0ms"):
            return 0
        try:
            return parse_duration(value)
        except (ConfigError, TypeError, AttributeError):
            return cast("int", self._wrong(key, 'a duration such as "10s", "15m" or "1d"', value, default_ms))

    def items(self, key: str) -> list[Any] | None:
        """A list, or None when absent or wrong."""
        value = _from_environment(self._take(key, None))
        return value if value is None or isinstance(value, list) else self._wrong(key, "a list", value, None)

    def strings(self, key: str) -> dict[str, str]:
        """A table of strings; numbers and truth values are written out, as librdkafka wants them."""
        found: dict[str, str] = {}
        for name, value in self._flat(self.section(key).table):
            if isinstance(value, bool):
                found[name] = str(value).lower()
            elif isinstance(value, str | int | float):
                found[name] = str(value)
            else:
                self._wrong(f"{key}.{name}", "a string or a number", value, None)
        return found

    def section(self, key: str) -> Reader:
        """A table within this one; an empty one when absent."""
        value = self._take(key, {})
        if not isinstance(value, Mapping):
            value = self._wrong(key, "a table", value, {})
        return Reader(value, self._at(key), self.faults)

    def sections(self, key: str) -> list[Reader]:
        """A list of tables (``[[key]]``)."""
        found = self.items(key) or []
        for place, value in enumerate(found):
            if not isinstance(value, Mapping):
                self._wrong(f"{key}[{place}]", "a table", value, None)
        tables = [(place, value) for place, value in enumerate(found) if isinstance(value, Mapping)]
        return [Reader(value, f"{self._at(key)}[{place}]", self.faults) for place, value in tables]

    def fault(self, key: str, message: str) -> None:
        """Note a fault of this key that only the caller can see."""
        self.faults.append(f"{self._at(key)}: {message}")

    def done(self) -> None:
        """Note every key that nobody asked for, with the nearest one that exists."""
        for key in self.table:
            if key not in self._asked:
                near = difflib.get_close_matches(key, self._asked, 1)
                hint = f'; did you mean "{near[0]}"?' if near else f"; known are {', '.join(sorted(self._asked))}"
                self.faults.append(f"{self._at(key)}: unknown setting{hint}")

    def _take(self, key: str, default: Any) -> Any:  # noqa: ANN401 - TOML holds anything
        self._asked.add(key)
        return self.table.get(key, default)

    def _absent(self, key: str, default: str | None) -> str | None:
        self._asked.add(key)
        return default

    def _wrong(self, key: str, expected: str, value: Any, default: Any) -> Any:  # noqa: ANN401 - TOML holds anything
        came = "a value that is not shown" if SECRET.search(key) else f"{value!r}"
        origin = f" (from {value.variable})" if isinstance(value, EnvText) else ""
        self.faults.append(f"{self._at(key)}: expected {expected}, got {came}{origin}")
        return default

    def _at(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def _flat(self, table: Table, prefix: str = "") -> Iterator[tuple[str, Any]]:
        """``sasl.password = x`` is two nested tables to TOML and one name to librdkafka."""
        for key, value in table.items():
            if isinstance(value, Mapping):
                yield from self._flat(value, f"{prefix}{key}.")
            else:
                yield prefix + key, value


def _from_environment(value: Any) -> Any:  # noqa: ANN401 - TOML holds anything
    """The TOML value that the text of an environment variable spells; other values, and other texts, as they are."""
    if not isinstance(value, EnvText):
        return value
    try:
        return tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return value
