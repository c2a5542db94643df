"""Postprocess scripts over closed windows: the reports in a folder, then the script of the model."""

from __future__ import annotations

import logging
from pathlib import Path

from driftline.config import Config, HookConfig
from driftline.contracts.statistics import WindowStatistics, decode_statistics
from driftline.errors import ContractError
from driftline.hooks.contract import RunContract
from driftline.hooks.postprocess import check_postprocess, run_postprocess
from driftline.hooks.process import HookDiedError
from driftline.hooks.status import HookStatus
from driftline.schedules.layout import path_part
from driftline.schedules.report import report_files
from driftline.windows.stamp import utc

LOG = logging.getLogger("driftline.postprocess")

RESULTS = ("done", "failed")


class Postprocessor:
    """The scripts of all models."""

    def __init__(self, config: Config) -> None:
        """Nothing is run."""
        self._config = config
        named = {"*": config.defaults, **config.models}
        self._statuses = {
            name: HookStatus(name, "postprocess", model.hooks.postprocess, RESULTS)
            for name, model in named.items()
            if model.hooks.postprocess
        }

    @property
    def is_empty(self) -> bool:
        """Whether no model has a script."""
        return not self._statuses

    @property
    def statuses(self) -> tuple[HookStatus, ...]:
        """How each script fares."""
        return tuple(self._statuses.values())

    def check(self) -> None:
        """Load every script once. Raises HookError when one cannot be."""
        hooks = (model.hooks for model in (self._config.defaults, *self._config.models.values()))
        for script, memory in sorted({(one.postprocess, one.memory_mb) for one in hooks if one.postprocess}):
            check_postprocess(Path(script), memory=memory << 20)

    def take(self, value: bytes | None) -> None:
        """Report a closed window, and run its model's script, if there are rows and a script. Blocks; raises nothing."""
        try:
            statistics = decode_statistics(value or b"")
        except ContractError as error:
            LOG.warning("a record of the statistics topic is passed over: %s", error)
            return
        names = (f"{statistics.model}/{statistics.version}", statistics.model)
        name = next((one for one in names if one in self._config.models), "*")
        status = self._statuses.get(name)
        if status is not None and statistics.rows:
            self._run(statistics, self._config.model(statistics.model, statistics.version).hooks, status)

    @staticmethod
    def _run(statistics: WindowStatistics, hooks: HookConfig, status: HookStatus) -> None:
        folder = report_folder(hooks.output or "", statistics)
        window = statistics.window
        schedule = f"{statistics.model}-{window.label.replace('/', '-')}"
        contract = RunContract(
            statistics.model,
            schedule,
            window.start,
            window.end,
            folder,
        )
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for file, content in report_files(statistics).items():
                (folder / file).write_bytes(content)
            script = Path(hooks.postprocess or "")
            run_postprocess(script, contract, seconds=hooks.time_limit_ms / 1000, memory=hooks.memory_mb << 20)
        except (HookDiedError, OSError) as error:
            trace = error.trace if isinstance(error, HookDiedError) else ""
            status.count("failed")
            status.failed(str(error), trace)
            LOG.warning("postprocess of %s failed on %s: %s", statistics.model, folder, error)
            for line in trace.splitlines():
                LOG.warning("  %s", line)
        else:
            status.count("done")


def report_folder(output: str, statistics: WindowStatistics) -> Path:
    """Where the reports of a window stand: ``{output}/{model}/{version}/{window}/yyyy/mm/dd/hhmm``, the end of the window, UTC.

    Names cannot lead out of it.
    """
    window = statistics.window
    parts = [path_part(name) for name in (statistics.model, statistics.version or "-", window.label)]
    return Path(output, *parts, f"{utc(window.end):%Y/%m/%d/%H%M}")
