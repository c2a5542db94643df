"""Every series that a Prometheus of the stack has, with its labels."""

from __future__ import annotations

from typing import Final

from deploy.generate.recording import GROUPS
from deploy.generate.rules import Record
from driftline.exporter.names import ALL_FAMILIES, FamilyKind

SCRAPED: Final = frozenset({"job", "instance"})

_OTHERS: Final = {
    "up": (),
    "ALERTS": ("alertname", "alertstate", "severity", "model", "version", "feature"),
    "process_cpu_seconds_total": (),
    "process_resident_memory_bytes": (),
    "node_cpu_seconds_total": ("cpu", "mode"),
    "node_memory_MemAvailable_bytes": (),
    "node_memory_MemTotal_bytes": (),
    "node_filesystem_avail_bytes": ("device", "fstype", "mountpoint"),
    "node_filesystem_size_bytes": ("device", "fstype", "mountpoint"),
}
"""Of Prometheus itself, of prometheus_client and of node_exporter; `make stack-test` sees them come."""


def _known() -> dict[str, frozenset[str]]:
    found = {name: SCRAPED | set(labels) for name, labels in _OTHERS.items()}
    for family in ALL_FAMILIES:
        suffixes = ("_bucket", "_sum", "_count") if family.kind is FamilyKind.HISTOGRAM else ("",)
        for suffix in suffixes:
            found[family.name + suffix] = SCRAPED | set(family.labels) | ({"le"} if suffix == "_bucket" else set())
    return found


KNOWN: Final = _known()
"""Name and labels of what is scraped."""

RECORDED: Final = {rule.name: rule for group in GROUPS for rule in group.rules if isinstance(rule, Record)}
"""Name and rule of what is recorded."""
