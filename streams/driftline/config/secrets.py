"""Secrets that lie in files, as Docker, Kubernetes and systemd hand them over: ``"sasl.password" = "file:/run/secrets/kafka"``.

One form for the file of settings and for the environment. (A variable ``..._FILE`` would be ambiguous: some of librdkafka's own
settings end in ``.file``.)
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from driftline.errors import ConfigError

_SCHEME: Final = "file:"
LARGEST_BYTES: Final = 1_048_576
"""Of a secret. Chosen: a chain of certificates fits many times; a device that never ends does not."""


def names_a_file(value: str) -> bool:
    """Whether a value says where it lies, instead of being it.

    >>> names_a_file("file:/run/secrets/kafka"), names_a_file("hunter2")
    (True, False)
    """
    return value.startswith(_SCHEME)


def from_file(value: str) -> str:
    """What stands in the file that ``value`` names, without the end of its last line. Raises ConfigError, never with content."""
    path = Path(value.removeprefix(_SCHEME))
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_BYTES + 1)
        text = content.decode()
    except OSError as error:
        raise ConfigError(f"the file {path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError:
        raise ConfigError(f"the file {path} must hold UTF-8 text") from None
    if not text.strip() or len(content) > LARGEST_BYTES:
        raise ConfigError(f"the file {path} must hold 1 to {LARGEST_BYTES} bytes, got {len(content)}")
    return text.removesuffix("\n").removesuffix("\r")
