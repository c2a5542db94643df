"""BASE64 of a capture to text, in the charset that the content type names."""

from __future__ import annotations

import base64
import binascii
import codecs
import re
from typing import Final

from driftline.contracts.reasons import Reason
from driftline.errors import ContractError

_MARKS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CHARSET: Final = re.compile(r"charset\s*=\s*[\"']?([^\s;\"']+)", re.IGNORECASE)
_UTF8: Final = frozenset({"", "utf-8", "utf8", "us-ascii"})


def content_type(value: object) -> tuple[str, str]:
    """Media type and charset of an observed content type, in lower case; "" for what it does not say.

    >>> content_type("text/csv; charset=ISO-8859-1"), content_type(None)
    (('text/csv', 'iso-8859-1'), ('', ''))
    """
    if not isinstance(value, str) or not value.strip():
        return "", ""
    media, _, rest = value.partition(";")
    charset = _CHARSET.search(rest)
    return media.strip().lower(), charset[1].lower() if charset else ""


def is_utf8_charset(value: object) -> bool:
    """Whether a content type names no other charset than UTF-8."""
    return content_type(value)[1] in _UTF8


def text_of_base64(data: str, observed: object, path: str) -> str:
    """The text behind BASE64; ContractError ``payload`` that says what it is instead.

    A byte order mark tells the charset, else the content type does, else it is UTF-8.
    """
    media, charset = content_type(observed)
    try:
        raw = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ContractError(f"must be BASE64: {error}", path, Reason.PAYLOAD) from None
    encoding = next((name for mark, name in _MARKS if raw.startswith(mark)), charset or "utf-8")
    try:
        return raw.decode(encoding)
    except LookupError:
        message = f"must be BASE64 of text in a known charset, got {charset[:40]!r}"
    except ValueError:
        kind = f"{media[:60]}, which is not text" if media else "bytes that are not"
        message = f"must be BASE64 of {encoding.upper()} text, got {kind}: decode it with a preprocessing hook"
    raise ContractError(message, path, Reason.PAYLOAD)
