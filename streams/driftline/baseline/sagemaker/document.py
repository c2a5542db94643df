"""Document: a JSON file of Model Monitor's as it was read, so that writing it again loses nothing."""

from __future__ import annotations

import codecs
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from driftline.baseline.sagemaker.text import Number, pretty
from driftline.errors import BaselineError

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Largest file that is read, in bytes. Chosen, because five times the largest that is known of still fits into memory.
LARGEST: Final = 1 << 30

#: A text, or one of the words that are numbers for Python and Java but not for JSON.
_TOKEN: Final = re.compile(rb'"(?:[^"\\]|\\.)*"|-?Infinity|-?NaN')
_WORDS: Final = (b"NaN", b"Infinity")
_BYTE: Final = re.compile(r"\(byte (\d+)\)")

#: Digits up to which integers are kept as such.
_DIGITS: Final = 18

#: What a file is, by a key at its top; the first that is there decides.
_KINDS: Final = {
    "format": "a file of driftline's own",
    "violations": "a report of violations",
    "monitoring_config": "constraints",
    "binary_classification_metrics": "model-quality statistics",
    "multiclass_classification_metrics": "model-quality statistics",
    "regression_metrics": "model-quality statistics",
    "binary_classification_constraints": "model-quality constraints",
    "multiclass_classification_constraints": "model-quality constraints",
    "regression_constraints": "model-quality constraints",
    "post_training_bias_metrics": "a bias analysis",
    "pre_training_bias_metrics": "a bias analysis",
    "explanations": "an explainability analysis",
    "dataset": "statistics",
}


@dataclass(frozen=True)
class SageMakerDocument:
    r"""The text of a file (UTF-8) and what to call it in messages. ``odd`` numbers were NaN or infinite and read as null.

    >>> document = SageMakerDocument("constraints.json", b'{"version": 0.0, "mine": [1.0E-4]}')
    >>> document.edited({"version": 0}).text
    b'{\n  "version" : 0,\n  "mine" : [ 1.0E-4 ]\n}'
    """

    name: str
    text: bytes
    odd: int = 0

    @classmethod
    def of(cls, name: str, content: Mapping[str, object]) -> SageMakerDocument:
        """A new document with this content, in Model Monitor's layout."""
        return cls(name, pretty(dict(content)).encode("utf-8", "surrogatepass"))

    @classmethod
    def read(cls, path: Path) -> SageMakerDocument:
        """The document in a file, which is whole JSON and an object, whatever is in it.

        A byte order mark is dropped, UTF-16 with one is read. Raises BaselineError for what can't be read, is too large or is
        no JSON; it says where.
        """
        try:
            size = path.stat().st_size
            if size > LARGEST:
                raise BaselineError(f"{path}: expected at most {LARGEST >> 20} MiB, got {size >> 20} MiB")
            text = _utf8(path, path.read_bytes())
        except OSError as error:
            raise BaselineError(f"{path}: can't be read: {error.strerror}") from error
        document = cls(str(path), text)
        try:
            document.parts()
        except BaselineError:
            if not any(word in text for word in _WORDS):
                raise
            document = _without_words(document)
            document.parts()
        return document

    def parts(self) -> dict[str, msgspec.Raw]:
        """The values at the top, undecoded: 1 ms a megabyte."""
        parts: dict[str, msgspec.Raw] = decoded(self, self.text, dict[str, msgspec.Raw])
        return parts

    @property
    def kind(self) -> str:
        """What it is, in words; "" if nothing at its top tells."""
        keys = self.parts()
        return next((kind for key, kind in _KINDS.items() if key in keys), "")

    def content(self) -> dict[str, Any]:
        """All of it; every number with a fraction or an exponent remembers how it was written. 10 times the file in memory.

        Raises BaselineError for what only shows when it is decoded: a text that is no UTF-8, lists in lists in lists.
        """
        try:
            content: dict[str, Any] = json.loads(self.text, parse_float=Number, parse_int=_whole)
        except UnicodeDecodeError as error:
            line = self.text.count(b"\n", 0, error.start) + 1
            raise BaselineError(f"{self.name}: not UTF-8, in line {line}: {error.reason}") from error
        except RecursionError as error:
            raise BaselineError(f"{self.name}: nested too deeply") from error
        return content

    def edited(self, changes: Mapping[str, object]) -> SageMakerDocument:
        """The same content but for these values at the top, in Model Monitor's layout; all else keeps order and spelling."""
        return SageMakerDocument.of(self.name, {**self.content(), **changes})

    def write(self, path: Path) -> None:
        """Write it as it is; BaselineError if that can't be done."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(self.text)
        except OSError as error:
            raise BaselineError(f"{path}: can't be written: {error.strerror}") from error


def decoded(document: SageMakerDocument, data: bytes | msgspec.Raw, kind: Any, where: str = "$") -> Any:  # noqa: ANN401
    """``data`` as msgspec reads the type ``kind``; BaselineError with file, place, what was expected and what came."""
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.ValidationError as error:
        what, _, path = str(error).partition(" - at ")
        place = where + path.strip("`").removeprefix("$")
        raise BaselineError(f"{document.name}: {place}: {what[:1].lower()}{what[1:]}") from error
    except RecursionError as error:
        raise BaselineError(
            f"{document.name}: {where}: expected a few levels of lists and objects, got too many"
        ) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BaselineError(f"{document.name}: {_syntax(document.text, str(error))}") from error


def _syntax(text: bytes, message: str) -> str:
    if "truncated" in message:
        lines = text.count(b"\n") + 1
        return (
            f"not whole JSON: it ends in the middle of something, in line {lines}; the file was cut off, copy it again"
        )
    found = _BYTE.search(message)
    if found is None:
        return f"not JSON: {message}"
    line = text[: int(found[1])].count(b"\n") + 1
    return f"not JSON, in line {line}: {message}"


def _utf8(path: Path, raw: bytes) -> bytes:
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return raw.decode("utf-16").encode()
        except UnicodeDecodeError as error:
            raise BaselineError(f"{path}: can't be read: its first bytes promise UTF-16, which it is not") from error
    return raw.removeprefix(codecs.BOM_UTF8)


def _without_words(document: SageMakerDocument) -> SageMakerDocument:
    """The document with NaN and infinities as null, and how many there were."""
    odd = 0

    def null(found: re.Match[bytes]) -> bytes:
        nonlocal odd
        if found[0].startswith(b'"'):
            return found[0]
        odd += 1
        return b"null"

    text = _TOKEN.sub(null, document.text)
    return SageMakerDocument(document.name, text, odd)


def _whole(text: str) -> int | Number:
    """An integer; one that Python would write in another way, or not at all, remembers its text."""
    return Number(text) if text == "-0" or len(text) > _DIGITS else int(text)
