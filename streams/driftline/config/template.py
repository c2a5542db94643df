"""A configuration to begin with: every setting with its default and a sentence, all but the first few commented out."""

from __future__ import annotations

import itertools
import json
import re
from typing import Final

from driftline.config.noted import Setting
from driftline.config.schema import all_settings
from driftline.config.words import SECTIONS, WORDS

_HEAD: Final = """\
#:schema {schema}
# driftline's configuration. What is commented out is a default. Any of it can come from the environment instead:
# DRIFTLINE__KAFKA__BOOTSTRAP=broker:9092, DRIFTLINE__TOPICS__0__LATENESS=5s
"""

_CLIENT: Final = """
# librdkafka's own settings: [kafka.client] for every client, [kafka.consumer] and [kafka.producer] for one kind.
# A secret may lie in a file; none is ever printed.
# [kafka.client]
# "security.protocol" = "SASL_SSL"
# "sasl.mechanism" = "SCRAM-SHA-512"
# "sasl.username" = "driftline"
# "sasl.password" = "file:/run/secrets/kafka-password"
# "ssl.ca.location" = "/etc/ssl/certs/kafka-ca.pem"
"""

_NOT_DEFAULT: Final = {
    "topics.model": "churn",
    "topics.version": "1",
    "metrics.token": "file:/run/secrets/driftline-token",
    **{
        f"{section}.hooks.{name}": value
        for section in ("defaults", "models.*")
        for name, value in (("preprocess", "preprocess.py"), ("postprocess", "postprocess.py"), ("output", "reports"))
    },
}
"""Settings without a default, as an example."""


def template(bootstrap: str, topic: str, schema: str = "config.schema.json") -> str:
    """The text of a file that says where Kafka is and what to read; ``schema`` is where editors find the JSON Schema."""
    lines = [_HEAD.format(schema=schema)]
    chosen = {"kafka.bootstrap": bootstrap, "topics.name": topic}
    for section, settings in itertools.groupby(all_settings(), lambda setting: setting.path.rpartition(".")[0]):
        lines += _section(section, list(settings), chosen)
        if section == "kafka":
            lines.append(_CLIENT)
    return "".join(lines).rstrip("\n") + "\n"


def _section(section: str, settings: list[Setting], chosen: dict[str, str]) -> list[str]:
    name = re.sub(r"\[\d+\]", "", section)
    optional = name in {"topics.keys", "models.*"} or name.endswith(".hooks")
    head = {"topics": "[[topics]]"}.get(name, f"[{name}]").replace("models.*", 'models."churn/2"')
    lines = [f"\n# {SECTIONS[name.removesuffix('.*')]}\n", f"{'# ' if optional else ''}{head}\n"]
    for setting in settings[:1] if name == "models.*" else settings:
        path = re.sub(r"\[\d+\]", "", setting.path)
        value = chosen.get(path, _NOT_DEFAULT.get(path, setting.value))
        mark = "" if path in chosen else "# "
        stem = f"{mark}{path.rpartition('.')[2]} = {json.dumps(value)}"
        lines.append(f"{stem:42} # {WORDS[path]}\n")
    return lines
