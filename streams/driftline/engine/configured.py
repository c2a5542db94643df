"""From the configuration to what the engine and the decoders need to know of it."""

from __future__ import annotations

from driftline.config import Config, ModelConfig, TopicConfig
from driftline.contracts.capture import CaptureTopic, KeyNames
from driftline.engine.settings import ModelSettings, SourceSettings
from driftline.windows.panes import PaneSpec
from driftline.windows.spec import WindowSpec


def model_settings(model: ModelConfig) -> ModelSettings:
    """The engine's view of a model's configuration. Raises ConfigError when panes do not tile the windows."""
    windows = tuple(WindowSpec(w.length_ms, w.step_ms, model.timezone) for w in model.windows)
    PaneSpec(model.pane_ms).check_tiles(windows)
    return ModelSettings(model.pane_ms, windows, model.timezone, model.dedupe, model.open_after, model.resolve_after)


def source_settings(topic: TopicConfig) -> SourceSettings:
    """How the sources of a topic tell time."""
    return SourceSettings(topic.lateness_ms, topic.future_limit_ms)


def dedupe_bound(config: Config) -> int:
    """The largest number of offsets that any model looks back for event ids."""
    return max(model.dedupe for model in (config.defaults, *config.models.values()))


def decoder_settings(topic: TopicConfig) -> CaptureTopic:
    """The decoder's view of a topic's configuration."""
    return CaptureTopic(
        topic.name,
        topic.format,
        topic.model,
        topic.version,
        KeyNames(**topic.keys),
        topic.max_record_bytes,
        topic.output_columns,
    )
