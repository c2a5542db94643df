"""What a PromQL expression asks for, by a parser of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import promql_parser

_VARIABLE = re.compile(r"\$\{?(\w+)(?::\w+)?\}?")
_DURATIONS = {"__rate_interval": "5m", "__interval": "1m"}


@dataclass(frozen=True)
class Asked:
    """One selector: the metric and the labels that it looks at."""

    metric: str
    labels: frozenset[str]


def plain(expr: str, values: Mapping[str, str] = _DURATIONS) -> str:
    """The expression with Grafana's variables filled in; those without a value become ``.*``."""
    return _VARIABLE.sub(lambda found: values.get(found[1], ".*"), expr)


def asked(expr: str) -> set[Asked]:
    """Everything that an expression selects. ValueError when it is no PromQL."""
    return set(_walk(promql_parser.parse(plain(expr))))


def grouped(expr: str) -> set[str]:
    """The labels of all ``by`` and ``without``."""
    found = re.findall(r"\b(?:by|without)\s*\(([^)]*)\)", expr)
    return {label.strip() for labels in found for label in labels.split(",") if label.strip()}


def _walk(node: Any) -> Iterator[Asked]:  # noqa: ANN401 - the parser has no types
    if hasattr(node, "matchers"):
        yield Asked(node.name, frozenset(matcher.name for matcher in node.matchers.matchers))
    for part in ("lhs", "rhs", "expr", "param", "vector_selector", "args"):
        inner = getattr(node, part, None)
        for one in inner if isinstance(inner, list) else [inner] if inner is not None else []:
            yield from _walk(one)
