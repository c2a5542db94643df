"""The token of the web server: random text that readers of ``/metrics`` and of the page have to know."""

from __future__ import annotations

import re
from typing import Final

from driftline.config.reader import Reader
from driftline.config.secrets import from_file, names_a_file
from driftline.errors import ConfigError

SHAPE: Final = re.compile(r"[\x21-\x7e]{16,512}")
"""What an Authorization header can carry. Chosen: 16 random characters can't be guessed over a network."""


def read_token(reader: Reader) -> str | None:
    """The token, given as it is or as ``file:/path``; None without one. What is wrong with it is noted, itself never."""
    given = reader.optional_text("token", None)
    if given is None:
        return None
    try:
        token = from_file(given).strip() if names_a_file(given) else given
    except ConfigError as error:
        reader.fault("token", str(error))
        return None
    if SHAPE.fullmatch(token):
        return token
    reader.fault(
        "token", "expected 16 to 512 visible ASCII characters (openssl rand -hex 32), got a value that is not shown"
    )
    return None
