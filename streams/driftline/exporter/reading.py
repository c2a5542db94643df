"""Reading an exposition back: the samples of some families, of a worker's ``/metrics``."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from prometheus_client.parser import text_string_to_metric_families


class Reading(NamedTuple):
    """One sample."""

    name: str
    labels: Mapping[str, str]
    value: float


def readings(text: str, names: Collection[str]) -> Iterator[Reading]:
    """The samples that have one of these names, in the order of the text; other lines are not even parsed.

    Raises ValueError for a line that is no sample.

    >>> [*readings('up{job="a"} 1', {"up"})]
    [Reading(name='up', labels={'job': 'a'}, value=1.0)]
    """
    lines = (line for line in text.splitlines() if line.partition(" ")[0].partition("{")[0] in names)
    for family in text_string_to_metric_families("\n".join(lines) + "\n"):
        for sample in family.samples:
            yield Reading(sample.name, sample.labels, float(sample.value))
