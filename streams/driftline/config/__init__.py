"""The configuration: one TOML file with environment overrides, validated whole, as frozen values.

Nothing below this package reads a file or the environment to find out what it should do.
"""

from driftline.config.load import explained_config, load_config
from driftline.config.settings import (
    Config,
    DeadLetterConfig,
    HookConfig,
    KafkaConfig,
    MetricsConfig,
    ModelConfig,
    ReportsConfig,
    TopicConfig,
    WindowConfig,
)

__all__ = [
    "Config",
    "DeadLetterConfig",
    "HookConfig",
    "KafkaConfig",
    "MetricsConfig",
    "ModelConfig",
    "ReportsConfig",
    "TopicConfig",
    "WindowConfig",
    "explained_config",
    "load_config",
]
