"""Reading a table of settings so that every fault is found in one go: where, what was expected, what came."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from driftline.config.noted import SECRET, EnvText, Setting, origin_of
from driftline.config.secrets import from_file, names_a_file
from driftline.durations import format_duration, parse_duration
from driftline.errors import ConfigError

Table = Mapping[str, Any]

_DURATION = {"type": "string", "pattern": "^ *[0-9]{1,12}(ms|s|m|h|d) *$"}
_SCALAR = {"type": ["string", "number", "boolean"]}


@dataclass
class Reader:
    """A table, where it is, and the faults found and settings seen so far (one list of each for the whole file).

    Every method takes a key out and gives its value, or the default when it is absent or wrong; wrong ones are noted.
    """

    table: Table
    path: str = ""
    faults: list[str] = field(default_factory=list)
    settings: list[Setting] = field(default_factory=list)
    _asked: set[str] = field(default_factory=set)

    def text(self, key: str, default: str, *, pattern: str = "", expected: str = "a non-empty string") -> str:
        """A string that matches the pattern as a whole; without one, any that is not empty."""
        value = self._take(key, default)
        fits = isinstance(value, str) and re.fullmatch(pattern or r"(?s).+", value)
        read = str(value) if fits else cast("str", self._wrong(key, expected, value, default))
        limit: dict[str, Any] = {"pattern": f"^({pattern})$"} if pattern else {"minLength": 1}
        self._note(key, read or None, {"type": "string", **limit})
        return read

    def optional_text(self, key: str, default: str | None) -> str | None:
        """A non-empty string, or nothing."""
        if key in self.table:
            return self.text(key, default or "")
        self._asked.add(key)
        self._note(key, default, {"type": "string", "minLength": 1})
        return default

    def choice(self, key: str, default: str, choices: Iterable[str]) -> Any:  # noqa: ANN401 - a Literal of the caller's
        """One of some words; typed as the caller's Literal."""
        words = tuple(choices)
        value = self._take(key, default)
        read = str(value) if value in words else self._wrong(key, f"one of {', '.join(words)}", value, default)
        self._note(key, read, {"enum": list(words)})
        return read

    def integer(self, key: str, default: int, low: int, high: int) -> int:
        """A whole number in [low, high]."""
        value = _from_environment(self._take(key, default))
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            value = cast("int", self._wrong(key, f"a whole number from {low} to {high}", value, default))
        self._note(key, value, {"type": "integer", "minimum": low, "maximum": high})
        return value

    def boolean(self, key: str, *, default: bool) -> bool:
        """A truth value."""
        value = _from_environment(self._take(key, default))
        read: bool = value if isinstance(value, bool) else self._wrong(key, "true or false", value, default)
        self._note(key, read, {"type": "boolean"})
        return read

    def duration(self, key: str, default_ms: int, *, may_be_nought: bool = False) -> int:
        """A duration such as "10s", in milliseconds; "0s" where nought makes sense."""
        read = self._duration(key, default_ms, may_be_nought=may_be_nought)
        self._note(key, format_duration(read) if read else "0s", _DURATION)
        return read

    def items(self, key: str, default: list[Any] | None = None, schema: Table | None = None) -> list[Any] | None:
        """A list, or None when absent or wrong; ``default`` is what that stands for, ``schema`` what may be in it."""
        value = _from_environment(self._take(key, None))
        found = value if isinstance(value, list) else None
        if found is None and value is not None:
            self._wrong(key, "a list", value, None)
        if schema is not None:
            self._note(key, default if found is None else found, schema)
        return found

    def strings(self, key: str) -> dict[str, str]:
        """A table of strings; numbers and truth values are written out, as librdkafka wants them.

        A value ``file:/path`` is what stands in that file (`driftline.config.secrets`).
        """
        found: dict[str, str] = {}
        section = self.section(key)
        for name, value in self._flat(section.table):
            if isinstance(value, bool):
                found[name] = str(value).lower()
            elif isinstance(value, str) and names_a_file(value):
                found[name] = self._secret(f"{key}.{name}", value)
            elif isinstance(value, str | int | float):
                found[name] = str(value)
            else:
                self._wrong(f"{key}.{name}", "a string or a number", value, None)
            origin = origin_of({name: value}, name)
            beside = f" {value}" if isinstance(value, str) and names_a_file(value) else ""
            self.settings.append(Setting(section._at(name), found.get(name), origin + beside, _SCALAR))  # noqa: SLF001 - of this class
        return found

    def section(self, key: str) -> Reader:
        """A table within this one; an empty one when absent."""
        value = self._take(key, {})
        if not isinstance(value, Mapping):
            self.faults.append(f"{self._at(key)}: expected a table, got {_kind(value)}")  # it may hold a secret
            value = {}
        return Reader(value, self._at(key), self.faults, self.settings)

    def sections(self, key: str) -> list[Reader]:
        """A list of tables (``[[key]]``)."""
        found = self.items(key) or []
        for place, value in enumerate(found):
            if not isinstance(value, Mapping):
                self._wrong(f"{key}[{place}]", "a table", value, None)
        tables = [(place, value) for place, value in enumerate(found) if isinstance(value, Mapping)]
        return [Reader(value, f"{self._at(key)}[{place}]", self.faults, self.settings) for place, value in tables]

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

    def _note(self, key: str, value: object, schema: Table) -> None:
        self.settings.append(Setting(self._at(key), value, origin_of(self.table, key), schema))

    def _duration(self, key: str, default_ms: int, *, may_be_nought: bool) -> int:
        value = self._take(key, None)
        if value is None:
            return default_ms
        if may_be_nought and value in ("0", "0s", "0ms"):
            return 0
        try:
            return parse_duration(value)
        except (ConfigError, TypeError, AttributeError):
            return cast("int", self._wrong(key, 'a duration such as "10s", "15m" or "1d"', value, default_ms))

    def _secret(self, key: str, value: str) -> str:
        try:
            return from_file(value)
        except ConfigError as error:
            self.fault(key, str(error))
            return ""

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


def _kind(value: object) -> str:
    names = {
        str: "a text",
        EnvText: "a text",
        bool: "a truth value",
        list: "a list",
        int: "a number",
        float: "a number",
    }
    return names.get(type(value), "something else")
