"""The small print of the exposition formats: numbers, label values, family headers. Bytes as prometheus_client writes
them.

Sources: https://prometheus.io/docs/instrumenting/exposition_formats (text 0.0.4) and OpenMetrics 1.0.0; sample lines
of both are the same here, since we write no timestamps and no exemplars.
"""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray
from prometheus_client.utils import floatToGoString

from driftline.exporter.names import Family, FamilyKind

MAX_LABEL_LENGTH = 200
"""Characters of a label value. Chosen, because longer ones are no names; a scrape's own limit fails the whole
scrape."""

_GO_EXPONENT_FROM = 1e6
"""From here on Go and Python write numbers differently (prometheus_client.utils.floatToGoString)."""


def label_value(text: str) -> str:
    """The value as it may stand in a label: encodable, and at most MAX_LABEL_LENGTH characters.

    What is longer keeps its beginning and ends in a hash of the whole, so that two long names stay two series.
    """
    text = text.encode("utf-8", "replace").decode()
    if len(text) <= MAX_LABEL_LENGTH:
        return text
    mark = "~" + blake2b(text.encode(), digest_size=8).hexdigest()
    return text[: MAX_LABEL_LENGTH - len(mark)] + mark


def escape(text: str) -> str:
    r"""A label value between its quotation marks.

    >>> print(escape('a"b'))
    a\"b
    """
    return text.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")


def prefix(name: str, labels: dict[str, str]) -> str:
    """A sample line up to its number; labels sorted by name.

    >>> prefix("up", {"b": "1", "a": "2"})
    'up{a="2",b="1"} '
    """
    inside = ",".join(f'{label}="{escape(value)}"' for label, value in sorted(labels.items()))
    return f"{name}{{{inside}}} " if inside else f"{name} "


def go_number(value: float) -> str:
    """The number as Go writes it, which is what Prometheus and prometheus_client do.

    >>> go_number(1e6), go_number(float("inf")), go_number(0.25)
    ('1e+06', '+Inf', '0.25')
    """
    return str(floatToGoString(value))  # type: ignore[no-untyped-call]


def sample_lines(prefixes: list[str], values: NDArray[np.float64]) -> str:
    """One line for each value; a NaN is a value that is not there and has no line.

    Cost: 0.2 µs a line, mostly the shortest decimal of a float.
    """
    odd = np.isnan(values) | np.isinf(values) | (values >= _GO_EXPONENT_FROM)
    if not odd.any():
        return "".join([f"{head}{value!r}\n" for head, value in zip(prefixes, values.tolist(), strict=True)])
    return "".join(
        [
            f"{head}{go_number(value) if strange else repr(value)}\n"
            for head, value, strange in zip(prefixes, values.tolist(), odd.tolist(), strict=True)
            if value == value  # noqa: PLR0124  (false for NaN only)
        ]
    )


def header(family: Family, *, openmetrics: bool) -> str:
    """The HELP, TYPE and (OpenMetrics) UNIT lines."""
    text = family.help.replace("\\", r"\\").replace("\n", r"\n")
    if openmetrics:
        text = text.replace('"', r"\"")
        unit = f"# UNIT {family.base} {family.unit}\n" if family.unit else ""
        return f"# HELP {family.base} {text}\n# TYPE {family.base} {family.kind}\n{unit}"
    kind = FamilyKind.GAUGE if family.kind is FamilyKind.INFO else family.kind
    return f"# HELP {family.name} {text}\n# TYPE {family.name} {kind}\n"
