"""Whether a worker is alive and keeps up: pure functions of what was observed, and when. No clock, no Kafka."""

from driftline.health.hooks import HookHealth
from driftline.health.news import News
from driftline.health.progress import LOOP, PartState, Progress
from driftline.health.report import Health, PartHealth, SourceHealth
from driftline.health.source import Condition, Observation, SourceWatch, Verdict

__all__ = [
    "LOOP",
    "Condition",
    "Health",
    "HookHealth",
    "News",
    "Observation",
    "PartHealth",
    "PartState",
    "Progress",
    "SourceHealth",
    "SourceWatch",
    "Verdict",
]
