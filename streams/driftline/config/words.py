"""A sentence for every setting, for editors and for the file that ``driftline config init`` writes."""

from __future__ import annotations

from typing import Final

SECTIONS: Final = {
    "driftline": "The installation.",
    "kafka": "Where Kafka is, and librdkafka's own settings.",
    "topics": "A topic that model servers write to; one table each. Without any, driftline's own captures topic is read.",
    "topics.keys": "Words of the records for what a capture holds (flat JSON); every other key is a feature.",
    "defaults": "Windows and incidents of every model.",
    "models": "What differs for one model, or one version of it (name/version).",
    "defaults.hooks": "Code of one's own, for every model.",
    "models.*.hooks": "Code of one's own for one model: Model Monitor's scripts, own checks. See docs/sagemaker.md.",
    "metrics": "Where /metrics and the live page are served.",
    "deadletter": "Records that were refused.",
    "reports": "Reports of schedules.",
}
"""What the tables are about."""

_MODEL: Final = {
    "pane": "Length of what is stored; every window is made of whole panes, and a day of whole panes.",
    "windows": 'Windows that are judged: "1h" tumbles, "1h/15m" or { length = "1h", step = "15m" } hops.',
    "timezone": "Clock that windows of an hour and longer follow.",
    "dedupe": "Offsets of a source within which a repeated event id counts once; 0: never looked at.",
    "open_after": "An incident opens when m of the last n windows are violated: [m, n].",
    "resolve_after": "Quiet windows in a row after which an incident resolves.",
}

_HOOKS: Final = {
    "preprocess": "Script with preprocess_handler(inference_record[, logger]), run on every capture in a process of its own.",
    "postprocess": "Script with postprocess_handler(), run after every window that has closed.",
    "output": "Folder for the reports of windows that the postprocess script reads; stands for /opt/ml/processing/output.",
    "time_limit": "Time that a script may take for 100 records, or for one run.",
    "memory_mb": "Memory that a process of a script may take, in MiB; 0: any. Holds on Linux.",
    "processes": "Processes of the preprocess script.",
    "checks": 'Own checks: names of entry points of the group driftline.checks, or "module:function".',
}

_CLIENT: Final = "librdkafka's settings for {}; a value file:/path is what stands in that file."

WORDS: Final = {
    "driftline.name": "Workers of one name share the work.",
    "driftline.topic_prefix": "Beginning of the names of driftline's own topics.",
    "driftline.shards": "Parts that judging is spread over; fixed when the topics are created.",
    "driftline.flush_interval": "Time between two deltas of a source.",
    "driftline.log_level": "Log lines from this level on.",
    "driftline.log_format": "Log lines for people (text) or for programs (json, one document a line).",
    "kafka.bootstrap": "Brokers to begin with, host:port[,host:port ...].",
    "kafka.client": _CLIENT.format("every client: TLS, SASL"),
    "kafka.consumer": _CLIENT.format("consumers"),
    "kafka.producer": _CLIENT.format("producers"),
    "topics.name": "Name of the topic.",
    "topics.format": "What its records are.",
    "topics.model": "Model of records that do not say it themselves.",
    "topics.version": "Version of records that do not say it themselves.",
    "topics.lateness": "How much older than the newest event an event may be.",
    "topics.idle_after": "A source with nothing to read for so long holds nobody back.",
    "topics.idle_advance": 'Then its watermark follows the clock ("wall"), or the other sources ("none", for backfills).',
    "topics.future_limit": "Event times further ahead than this are rejected.",
    "topics.max_record_bytes": "Larger records are rejected.",
    "topics.output_columns": "Where SageMaker's flattened rows have the outputs.",
    "topics.keys.id": "Key of the event id.",
    "topics.keys.time": "Key of the event time.",
    "topics.keys.model": "Key of the model's name.",
    "topics.keys.version": "Key of the model's version.",
    "topics.keys.features": "Key of the object of features.",
    "topics.keys.prediction": "Key of the prediction.",
    "topics.keys.latency": "Key of the latency in seconds.",
    "topics.keys.status": "Key of the status: HTTP code or gRPC name.",
    "topics.keys.error": "Key of the error: true, or a text.",
    "topics.keys.entity": "Key of whom the prediction is about.",
    "topics.keys.segment": "Key of the segments.",
    **{f"defaults.{name}": text for name, text in _MODEL.items()},
    **{f"models.*.{name}": text for name, text in _MODEL.items()},
    **{f"{section}.hooks.{name}": text for section in ("defaults", "models.*") for name, text in _HOOKS.items()},
    "metrics.host": "Address to listen on; 0.0.0.0 for all, and then a token is wanted.",
    "metrics.port": "Port; 0 takes any free one.",
    "metrics.max_series": "Series with a feature that are shown at most; what is beyond is counted.",
    "metrics.token": "What readers have to know, 16 characters or more; better in a file.",
    "deadletter.include_value": "Whether dead letters carry the original bytes.",
    "reports.outputs": "Folders and URLs that schedules may write to, or below; the first is the default.",
    "reports.store": "fsspec's settings of the store behind URLs: key, secret, endpoint_url; also file:/path.",
}
"""By path, without the places of a list."""
