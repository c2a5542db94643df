"""The preprocess scripts of a configuration, for the time of a run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from driftline.config import Config
from driftline.contracts.capture import RawBatch
from driftline.engine.configured import decoder_settings
from driftline.hooks.preprocess import Preprocessor


@contextmanager
def scripts(config: Config) -> Iterator[Callable[[RawBatch], RawBatch] | None]:
    """What turns batches into what the scripts make of them, as in the worker; None where no model has one.

    Raises HookError when a script cannot be loaded.
    """
    hooks = Preprocessor(config, {topic.name: decoder_settings(topic) for topic in config.topics})
    if hooks.is_empty:
        yield None
        return
    try:
        hooks.start()
        yield hooks.transform
    finally:
        hooks.close()
