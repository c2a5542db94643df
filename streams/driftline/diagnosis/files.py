"""What can be said of a configuration and of baselines without a network."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

from driftline.agents.faust_client import faust_settings
from driftline.baseline.files import UNNAMED, load_with_remarks
from driftline.baseline.sagemaker.load import Files, Loaded, load_monitor
from driftline.broker.verify import faults_of
from driftline.config import Config, load_config
from driftline.diagnosis.finding import Finding, asked, fault, ok, warning
from driftline.diagnosis.reports import check_reports
from driftline.errors import ConfigError
from driftline.hooks.checks import load_check
from driftline.hooks.postprocess import check_postprocess
from driftline.hooks.preprocess import check_preprocess
from driftline.windows.panes import PaneSpec
from driftline.windows.spec import WindowSpec


def check_files(path: Path | None, baselines: Iterable[Path]) -> Iterator[Finding]:
    """Findings on the file of settings (None: the environment alone) and on the folders of baselines. Reads only files."""
    where = str(path) if path else "environment"
    try:
        config = load_config(path)
    except ConfigError as error:
        yield fault(where, str(error), "driftline config init writes a file to compare with; see docs/configuration.md")
    else:
        yield ok(where, _summary(config))
        yield from _windows(config)
        yield from check_clients(config)
        yield from check_hooks(config)
        yield from check_reports(config)
    for folder in baselines:
        yield from asked(str(folder), partial(_baseline, folder), "make it anew: driftline baseline create")


def check_clients(config: Config) -> Iterator[Finding]:
    """Whether both clients can be made of the settings; nothing is connected to."""
    faults = faults_of(config.kafka)
    yield from (fault("client settings", text, "librdkafka's CONFIGURATION.md lists what there is") for text in faults)
    try:
        faust_settings(config.kafka)
    except ConfigError as error:
        yield fault("client settings", str(error), "docs/configuration.md lists what Faust's own client takes")
    else:
        if not faults:
            yield ok("client settings", f"{len(config.kafka.client)} for every client, all known")


def _summary(config: Config) -> str:
    return f"{len(config.topics)} captures topics, {len(config.models)} models of their own, {config.shards} shards"


def check_hooks(config: Config) -> Iterator[Finding]:
    """Whether scripts and checks of one's own can be loaded; scripts are, in processes of their own, and nothing else is run."""
    remedy = "driftline hooks try SCRIPT --input FILE shows what it does; docs/sagemaker.md has the rules"
    for name, model in {"defaults": config.defaults, **config.models}.items():
        hooks = model.hooks
        for kind, script, check in (
            ("preprocess", hooks.preprocess, check_preprocess),
            ("postprocess", hooks.postprocess, check_postprocess),
        ):
            if script is not None:
                loads = partial(_script, Path(script), check, hooks.memory_mb << 20)
                yield from asked(f"{kind} of {name}", loads, remedy)
        for check_name in hooks.checks:
            yield from asked(f"check of {name}", partial(_check, check_name), remedy)


def _script(path: Path, check: Callable[..., None], memory: int) -> Iterator[Finding]:
    check(path, memory=memory)
    yield ok(str(path), f"can be loaded: {path.resolve()}")


def _check(name: str) -> Iterator[Finding]:
    load_check(name)
    yield ok(name, "can be loaded")


def _windows(config: Config) -> Iterator[Finding]:
    remedy = "choose lengths and steps that divide the day, and a pane that divides the steps and the zone's offsets"
    for name, model in {"defaults": config.defaults, **config.models}.items():
        for window in model.windows:
            try:
                spec = WindowSpec(window.length_ms, window.step_ms, model.timezone)
                PaneSpec(model.pane_ms).check_tiles((spec,))
            except ConfigError as error:
                yield fault(f"windows of {name}", str(error), remedy)


def check_monitor(statistics: Path | None, constraints: Path | None) -> Iterator[Finding]:
    """Findings on the files of Model Monitor, of which at least one is named."""
    files = Files(statistics, constraints)
    question = partial(load_monitor, files, model=UNNAMED[0], version=UNNAMED[1])
    yield from asked(files.name, lambda: _loaded(files.name, question()), "docs/sagemaker.md says what is read")


def _baseline(folder: Path) -> Iterator[Finding]:
    yield from _loaded(str(folder), load_with_remarks(folder))


def _loaded(name: str, loaded: Loaded) -> Iterator[Finding]:
    found = loaded.baseline
    whose = (
        f"baseline {found.id} of {found.model}/{found.version}" if found.monitor is None else "Model Monitor's files"
    )
    yield ok(name, f"{whose}, {len(found.columns)} columns")
    remedy = "docs/sagemaker.md says what is done without it"
    yield from (warning(name, remark, remedy) for remark in loaded.remarks)
