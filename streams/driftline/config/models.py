"""The sections ``[defaults]`` and ``[models."name"]``: panes, windows, and when a breach is an incident."""

from __future__ import annotations

import zoneinfo
from typing import Final, cast

from driftline.config.hooks import read_hooks
from driftline.config.reader import Reader
from driftline.config.settings import ModelConfig, WindowConfig
from driftline.durations import DAY_MS, format_duration, parse_duration
from driftline.errors import ConfigError

_MOST: Final = 100
"""Windows that an incident may take to open or to resolve. Chosen: four days of hourly windows."""

_LENGTH: Final = "[0-9]{1,12}(ms|s|m|h|d)"
_WINDOWS: Final = {
    "type": "array",
    "minItems": 1,
    "items": {
        "anyOf": [
            {"type": "string", "pattern": f"^ *{_LENGTH} *(/ *{_LENGTH} *)?$"},
            {
                "type": "object",
                "properties": {name: {"type": "string", "pattern": f"^ *{_LENGTH} *$"} for name in ("length", "step")},
                "required": ["length"],
            },
        ]
    },
}
_OPEN_AFTER: Final = {
    "type": "array",
    "minItems": 2,
    "maxItems": 2,
    "items": {"type": "integer", "minimum": 1, "maximum": _MOST},
}


def read_models(reader: Reader, defaults: ModelConfig) -> dict[str, ModelConfig]:
    """``name/version`` starts from ``name`` where there is one, everything else from the defaults."""
    models: dict[str, ModelConfig] = {}
    for name in sorted(reader.table, key=lambda name: (name.count("/"), name)):
        base = models.get(name.rpartition("/")[0], defaults)
        models[name] = read_model(reader.section(name), base)
    return models


def read_model(reader: Reader, base: ModelConfig) -> ModelConfig:
    """One set of windows and rules; what it does not say is as in ``base``."""
    model = ModelConfig(
        pane_ms=reader.duration("pane", base.pane_ms),
        windows=_windows(reader, base.windows),
        timezone=reader.text("timezone", base.timezone),
        dedupe=reader.integer("dedupe", base.dedupe, 0, 10_000_000),
        open_after=_open_after(reader, base.open_after),
        resolve_after=reader.integer("resolve_after", base.resolve_after, 1, _MOST),
        hooks=read_hooks(reader.section("hooks"), base.hooks),
    )
    _check_tiling(reader, model)
    reader.done()
    return model


def _spelled(window: WindowConfig) -> str:
    """As a file says it: ``1h``, or ``1h/15m``."""
    length, step = format_duration(window.length_ms), format_duration(window.step_ms)
    return length if length == step else f"{length}/{step}"


def _windows(reader: Reader, base: tuple[WindowConfig, ...]) -> tuple[WindowConfig, ...]:
    items = reader.items("windows", [_spelled(window) for window in base], _WINDOWS)
    if items is None:
        return base
    if not items:
        reader.fault("windows", 'expected at least one window such as "1h", got []')
    windows = []
    for place, item in enumerate(items):
        length, step = (item.get("length"), item.get("step")) if isinstance(item, dict) else (item, None)
        if isinstance(length, str) and step is None:
            length, _, step = length.partition("/")
        try:
            windows.append(
                WindowConfig(parse_duration(cast("str", length)), parse_duration(cast("str", step or length)))
            )
        except (ConfigError, TypeError, AttributeError):
            reader.fault(
                f"windows[{place}]", f'expected "1h", "1h/15m" or {{ length = "1h", step = "15m" }}, got {item!r}'
            )
    if len(set(windows)) < len(windows):
        reader.fault("windows", "the same window is named twice")
    return tuple(windows) or base


def _open_after(reader: Reader, base: tuple[int, int]) -> tuple[int, int]:
    items = reader.items("open_after", list(base), _OPEN_AFTER)
    if items is None:
        return base
    whole = [item for item in items if isinstance(item, int) and not isinstance(item, bool)]
    if len(items) == len(whole) == 2 and 1 <= whole[0] <= whole[1] <= _MOST:  # noqa: PLR2004 - m of n
        return whole[0], whole[1]
    reader.fault("open_after", f"expected [m, n] with 1 <= m <= n <= {_MOST}, got {items!r}")
    return base


def _check_tiling(reader: Reader, model: ModelConfig) -> None:
    """What can be said without a calendar; days of clock changes are looked at where windows are built."""
    if model.pane_ms > DAY_MS or DAY_MS % model.pane_ms:
        reader.fault("pane", f"must divide a day, got {format_duration(model.pane_ms)}")
    for window in model.windows:
        if window.length_ms % window.step_ms or window.step_ms % model.pane_ms:
            came = f"window {_spelled(window)}, pane {format_duration(model.pane_ms)}"
            reader.fault("windows", f"the length must be a multiple of the step, the step of the pane, got {came}")
    try:
        zoneinfo.ZoneInfo(model.timezone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        reader.fault("timezone", f'expected a zone such as "Europe/Berlin", got {model.timezone!r}')
