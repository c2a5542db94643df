"""The folder of a demo: which files it writes, and the worker's configuration among them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from driftline.config import Config, load_config
from driftline.demo.flights import TIMEZONE
from driftline.errors import ConfigError

CAPTURES: Final = "captures"
PARTITIONS: Final = 4

_CONFIG: Final = """\
# Written by `driftline demo`; a worker of your own is configured just like this.

[driftline]
name = "driftline-demo"
flush_interval = "500ms"

[kafka]
bootstrap = {bootstrap}

[[topics]]
name = "{captures}"
format = "native"
lateness = "1h"         # flights come in the order of their scheduled hours
idle_advance = "none"   # history: time moves on with the data alone

[defaults]
pane = "1h"
windows = ["1d"]
timezone = "{timezone}"   # a day is New York's: 23 hours long on 10 March

[metrics]
host = "127.0.0.1"
port = {port}
"""


@dataclass(frozen=True)
class Paths:
    """The files of one demo."""

    folder: Path

    @property
    def baseline(self) -> Path:
        """Statistics and constraints of January."""
        return self.folder / "baseline"

    @property
    def config(self) -> Path:
        """The worker's configuration."""
        return self.folder / "driftline.toml"

    @property
    def log(self) -> Path:
        """What the worker had to say."""
        return self.folder / "worker.log"

    @property
    def violations(self) -> Path:
        """Everything from the violations topic, one event a line."""
        return self.folder / "violations.jsonl"

    @property
    def statistics(self) -> Path:
        """Everything from the statistics topic, one closed window a line."""
        return self.folder / "statistics.jsonl"

    @property
    def report(self) -> Path:
        """The two months as one page, charts and all."""
        return self.folder / "report.html"

    @property
    def markdown(self) -> Path:
        """The same in words."""
        return self.folder / "report.md"

    def prepare(self) -> None:
        """Make the folder. ConfigError when it cannot be had."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigError(f"{self.folder}: cannot be made a folder: {error.strerror}") from error

    def write_config(self, bootstrap: str, port: int) -> Config:
        """Write the worker's configuration, and read it back as the worker will."""
        text = _CONFIG.format(
            bootstrap=json.dumps(bootstrap),
            captures=CAPTURES,
            timezone=TIMEZONE,
            port=port,
        )
        self.config.write_text(text, encoding="utf-8")
        return load_config(self.config, {})
