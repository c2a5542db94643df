"""The section ``[models."name".hooks]``: scripts and checks of one's own."""

from __future__ import annotations

import re
from typing import Final

from driftline.config.reader import Reader
from driftline.config.settings import HookConfig

_CHECK: Final = r"[A-Za-z_][\w.-]*(:[A-Za-z_][\w.]*)?"
_CHECKS: Final = {"type": "array", "items": {"type": "string", "pattern": f"^{_CHECK}$"}}

_MOST_PROCESSES: Final = 64
"""Processes of one script. Chosen: more than any one machine has use for."""


def read_hooks(reader: Reader, base: HookConfig) -> HookConfig:
    """The code of one's own for one model; what it does not say is as in ``base``."""
    hooks = HookConfig(
        preprocess=reader.optional_text("preprocess", base.preprocess),
        postprocess=reader.optional_text("postprocess", base.postprocess),
        output=reader.optional_text("output", base.output),
        time_limit_ms=reader.duration("time_limit", base.time_limit_ms),
        memory_mb=reader.integer("memory_mb", base.memory_mb, 0, 1 << 20),
        processes=reader.integer("processes", base.processes, 1, _MOST_PROCESSES),
        checks=_checks(reader, base.checks),
    )
    if hooks.postprocess and not hooks.output:
        reader.fault("output", "must name a folder for the reports that the postprocess script reads, got none")
    reader.done()
    return hooks


def _checks(reader: Reader, base: tuple[str, ...]) -> tuple[str, ...]:
    items = reader.items("checks", list(base), _CHECKS)
    if items is None:
        return base
    for place, item in enumerate(items):
        if not isinstance(item, str) or not re.fullmatch(_CHECK, item):
            reader.fault(f"checks[{place}]", f'expected the name of an entry point or "module:function", got {item!r}')
    return tuple(dict.fromkeys(item for item in items if isinstance(item, str)))
