"""The postprocess agent: a closed window on the ``statistics`` topic becomes a folder of reports, and a script reads it.

An ordinary Faust agent on a topic of windows, there only where a model has a script.  What is on the topic has been acknowledged;
its offset is committed when the script has run, so that a worker that dies in between leaves the window to the next one, whose
script finds the same files.  A script that fails is told in its status and in the log, and is not run again for that window.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import faust

from driftline.agents.background import in_background
from driftline.agents.context import WorkerContext

PART = "postprocess agent"


def make_postprocess_agent(app: faust.App, context: WorkerContext) -> Callable[..., Any]:
    """The agent that follows the ``statistics`` topic."""
    topic = app.topic(
        context.topics.statistics, value_type=bytes, value_serializer="raw", key_type=bytes, key_serializer="raw"
    )
    scripts = context.postprocess

    async def postprocess(stream: Any) -> None:
        async for value in stream:
            await in_background(scripts.take, value)

    return app.agent(topic, name="driftline.postprocess")(context.ending.guarded(PART, postprocess))
