"""Own checks by the names that the configuration gives: entry points of the group ``driftline.checks``, or ``module:function``.

They run within the worker, as our own rules do: code that is installed beside driftline, by whoever runs it.
"""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Iterable
from importlib.metadata import EntryPoint, entry_points
from typing import Final

from driftline.config import Config
from driftline.errors import HookError
from driftline.hooks.status import HookStatus
from driftline.judging.own import Check, OwnCheck, OwnWindow
from driftline.judging.states import Reading

LOG = logging.getLogger(__name__)

GROUP: Final = "driftline.checks"
RESULTS: Final = ("answered", "failed")

LINE_SECONDS: Final = 10.0
"""Between two lines of the log about one check, which is asked every second."""


class Checks:
    """The checks of every model that has any, loaded."""

    def __init__(self, config: Config) -> None:
        """Load them all. Raises HookError when one cannot be."""
        self._config = config
        self._found: dict[str, tuple[OwnCheck, ...]] = {}
        self.statuses: tuple[HookStatus, ...] = ()
        functions: dict[str, Check] = {}
        for model, settings in {"*": config.defaults, **config.models}.items():
            watched = [self._watched(model, name, functions) for name in settings.hooks.checks]
            self._found[model] = tuple(OwnCheck(one.name, one) for one in watched)
            self.statuses += tuple(one.status for one in watched)

    @staticmethod
    def _watched(model: str, name: str, functions: dict[str, Check]) -> _Watched:
        if name not in functions:
            functions[name] = load_check(name)
        return _Watched(model, name, functions[name])

    def of(self, model: str, version: str) -> tuple[OwnCheck, ...]:
        """The checks of a model and version, in the order of the configuration."""
        names = (f"{model}/{version}", model)
        return self._found[next((name for name in names if name in self._config.models), "*")]


class _Watched:
    """A check whose calls are counted, and whose errors are kept with their traceback."""

    def __init__(self, model: str, name: str, function: Check) -> None:
        self.name = name.rpartition(":")[2]
        self.status = HookStatus(model, "check", name, RESULTS)
        self._function = function
        self._next_line = 0.0

    def __call__(self, window: OwnWindow) -> Iterable[Reading]:
        try:
            answers = tuple(self._function(window))
        except Exception as error:
            self._tell(error)
            raise
        self.status.count("answered")
        return answers

    def _tell(self, error: Exception) -> None:
        frames = error.__traceback__.tb_next if error.__traceback__ is not None else None  # the first is ours
        trace = "".join(traceback.format_exception(type(error), error, frames))
        self.status.count("failed")
        self.status.failed(f"{type(error).__name__}: {error}", trace)
        now = time.monotonic()
        if now >= self._next_line:
            self._next_line = now + LINE_SECONDS
            LOG.warning("the check %s failed, its answer is UNKNOWN", self.name)
            for line in trace.splitlines():
                LOG.warning("  %s", line)


def named_checks(names: Iterable[str]) -> tuple[OwnCheck, ...]:
    """Checks by name, for a run that is not a worker's. Raises HookError when one cannot be loaded."""
    return tuple(OwnCheck(name.rpartition(":")[2], load_check(name)) for name in names)


def load_check(name: str) -> Check:
    """The function of a name. Raises HookError when there is none, when it cannot be imported, or when it is no function."""
    try:
        found = _entry_point(name).load()
    except Exception as error:
        raise HookError(f"the check {name} cannot be loaded: {type(error).__name__}: {error}") from error
    if not callable(found):
        raise HookError(f"the check {name} must be a function of one window, got a {type(found).__name__}")
    return found  # type: ignore[no-any-return] # callable() was asked


def _entry_point(name: str) -> EntryPoint:
    if ":" in name:
        return EntryPoint(name, name, GROUP)
    installed = {point.name: point for point in entry_points(group=GROUP)}
    if name not in installed:
        known = ", ".join(sorted(installed)) or "none"
        raise LookupError(
            f"no entry point of the group {GROUP} has this name (installed: {known}); or say module:function"
        )
    return installed[name]
