"""``preprocess_handler`` between Kafka and the decoder: batches whose records a script has read before driftline does.

A record stays one record with its offset: what the script makes of it is decoded in its place, what it leaves out counts as
ignored, what it fails on is a reject with the error. Which model a record is of is told as ever; others pass untouched.
"""

from __future__ import annotations

import dataclasses
import logging
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Self

import msgspec

from driftline.config import Config, HookConfig
from driftline.contracts.capture import CaptureTopic, Headers, RawBatch
from driftline.contracts.envelope import model_name, version_name
from driftline.contracts.events import RecordContext
from driftline.contracts.formats.sagemaker_names import named_by
from driftline.errors import ContractError
from driftline.hooks.contract import preprocess_environment, standing_folders
from driftline.hooks.pool import ScriptPool
from driftline.hooks.process import Script, ScriptProcess
from driftline.hooks.script import PREPROCESS
from driftline.hooks.status import HookStatus
from driftline.hooks.wire import DROPPED, REFUSED, TAKEN, Answer

LOG = logging.getLogger(__name__)

LINE_SECONDS = 10.0
"""Between two lines of the log about one script. Chosen: a script that fails on all records is not to fill a disk."""

_RESULT = {TAKEN: "transformed", DROPPED: "dropped", REFUSED: "refused"}
NO_CAPTURE = (
    "must be a SageMaker capture, as models.{}.hooks.preprocess reads them; got neither captureData nor groundTruthData"
)


class _Hook:
    """One script for one model."""

    def __init__(self, name: str, config: HookConfig) -> None:
        path = Path(config.preprocess or "")
        self.name = name
        self.status = HookStatus(name, "preprocess", str(path))
        script = Script(
            path,
            PREPROCESS,
            config.time_limit_ms / 1000,
            config.memory_mb << 20,
            preprocess_environment(name, path),
            standing_folders(config.output),
        )
        self.pool = ScriptPool(script, config.processes)
        self._next_line = 0.0

    def run(self, values: list[bytes]) -> list[Answer]:
        deaths = self.pool.deaths
        answers = self.pool.run(values)
        self.status.restarted(self.pool.deaths - deaths)
        for kind, result in _RESULT.items():
            self.status.count(result, sum(answer.kind == kind for answer in answers))
        refused = [answer for answer in answers if answer.kind == REFUSED]
        if refused:
            self._tell(refused[-1], len(refused), len(answers))
        return answers

    def _tell(self, last: Answer, count: int, of: int) -> None:
        """Put refusals into the status, and now and then into the log."""
        self.status.failed(last.error, last.trace)
        now = time.monotonic()
        if now >= self._next_line:
            self._next_line = now + LINE_SECONDS
            path = self.pool.script.path
            LOG.warning("%s refused %d of %d records of %s; %s", path, count, of, self.name, last.error)
            for line in last.trace.splitlines():
                LOG.warning("  %s", line)


class Preprocessor:
    """The scripts of all models; :meth:`transform` blocks, and may be called by several threads."""

    def __init__(self, config: Config, topics: Mapping[str, CaptureTopic]) -> None:
        """``topics`` tells how each topic is read. Nothing is started."""
        self._config = config
        self._topics = dict(topics)
        self._hooks = dict(_hooks(config))
        self._decoders = {name: _decoder(topic) for name, topic in self._topics.items()}

    @property
    def is_empty(self) -> bool:
        """Whether no model has a script, and :meth:`transform` need not be called."""
        return not self._hooks

    @property
    def statuses(self) -> tuple[HookStatus, ...]:
        """How each script fares."""
        return tuple(dict.fromkeys(hook.status for hook in self._hooks.values()))

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Start every process. Raises HookError when a script cannot be loaded."""
        for hook in self._hooks.values():
            for folder in filter(None, hook.pool.script.folders.values()):
                Path(folder).mkdir(parents=True, exist_ok=True)
            hook.pool.start()

    def close(self) -> None:
        """End every process."""
        for hook in self._hooks.values():
            hook.pool.close()

    def transform(self, batch: RawBatch) -> RawBatch:
        """The batch as the scripts of its models make it; the very batch when none is for any of its records."""
        wanted: dict[str, list[int]] = defaultdict(list)
        refused: dict[int, str] = {}
        for position, value in enumerate(batch.values):
            name = self._wanted(batch, position, value, refused)
            if name is not None:
                wanted[name].append(position)
        if not wanted and not refused:
            return batch
        values = list(batch.values)
        for name, positions in wanted.items():
            answers = self._hooks[name].run([values[position] or b"" for position in positions])
            for position, answer in zip(positions, answers, strict=True):
                if answer.kind == REFUSED:
                    refused[batch.offsets[position]] = f"{self._hooks[name].pool.script.path.name}: {answer.error}"
                else:
                    values[position] = answer.value if answer.kind == TAKEN else None
        return dataclasses.replace(batch, values=values, refused=refused or None)

    def _wanted(self, batch: RawBatch, position: int, value: bytes | None, refused: dict[int, str]) -> str | None:
        """The hook that a record is for; None for records that no hook is for, or that nobody can read."""
        topic = self._topics[batch.topic]
        if value is None or len(value) > topic.max_record_bytes:
            return None
        try:
            found = self._decoders[batch.topic](value)
            headers = batch.headers[position] if batch.headers is not None else None
            model = _named(found, topic, headers or ())
        except (ContractError, msgspec.DecodeError, UnicodeError, RecursionError):
            return None  # the decoder says what is wrong with it
        name = self._name(*model)
        if name is not None and not _is_capture(found):
            refused[batch.offsets[position]] = NO_CAPTURE.format(name)
            return None
        return name

    def _name(self, model: str, version: str) -> str | None:
        """The name under which the hook of a model and version is configured."""
        for name in (f"{model}/{version}", model):
            if name in self._config.models:
                return name if name in self._hooks else None
        return "*" if "*" in self._hooks else None


def check_preprocess(script: Path, *, memory: int = 0) -> None:
    """Load a script without running its handler. Raises HookDiedError when that cannot be done."""
    process = ScriptProcess(Script(script, PREPROCESS, memory=memory))
    try:
        process.start()
    finally:
        process.stop()


def _hooks(config: Config) -> Iterator[tuple[str, _Hook]]:
    """A hook for every model that has a script, under ``*`` for all that the configuration does not name.

    Models whose settings of it are the same, as those that inherit them, share its processes.
    """
    made: dict[tuple[object, ...], _Hook] = {}
    for name, model in {"*": config.defaults, **config.models}.items():
        hooks = model.hooks
        if hooks.preprocess:
            key = (hooks.preprocess, hooks.output, hooks.time_limit_ms, hooks.memory_mb, hooks.processes)
            if key not in made:
                made[key] = _Hook(name, hooks)
            yield name, made[key]


def _decoder(topic: CaptureTopic) -> Callable[[bytes], msgspec.Struct]:
    """Bytes to the parts of a record that tell its model; every other is passed over."""
    fields: list[tuple[str, Any, Any]] = [
        (name, Any, None) for name in ("metadata", "endpoint", "variant", "model", "version")
    ]
    fields += [(name, msgspec.Raw | msgspec.UnsetType, msgspec.UNSET) for name in ("capture", "label")]
    keys = (
        "eventMetadata",
        "endpointName",
        "variantName",
        topic.keys.model,
        topic.keys.version,
        "captureData",
        "groundTruthData",
    )
    names = dict(zip((name for name, _, _ in fields), keys, strict=True))
    return msgspec.json.Decoder(msgspec.defstruct("Names", fields, rename=names)).decode


def _named(found: Any, topic: CaptureTopic, headers: Headers) -> tuple[str, str]:  # noqa: ANN401 - a struct made at run time
    """Model and version of a record, told as the decoder does. Raises ContractError."""
    if not _is_capture(found):
        return model_name(found.model, topic.model, topic.limits), version_name(
            found.version, topic.version, topic.limits
        )
    metadata = found.metadata if isinstance(found.metadata, dict) else {}
    context = RecordContext(topic, lambda _model, _version: None, lambda _: None, 0, headers=headers)
    return named_by({"endpointName": found.endpoint, "variantName": found.variant}, metadata, context)


def _is_capture(found: Any) -> bool:  # noqa: ANN401 - as above
    return found.capture is not msgspec.UNSET or found.label is not msgspec.UNSET
