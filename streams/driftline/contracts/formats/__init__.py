"""Capture formats, one a module. Each says whether a document is its own and reads the rows out of it."""

from __future__ import annotations

from collections.abc import Mapping

from driftline.contracts.capture import FormatName
from driftline.contracts.events import BadRow, Event, RecordContext
from driftline.contracts.formats import flat, native, sagemaker
from driftline.contracts.shapes import SAGEMAKER_LABEL, SAGEMAKER_MARK

Document = Mapping[str, object]

_READERS = {"native": native.read, "flat": flat.read, "sagemaker": sagemaker.read}


def read_rows(document: Document, name: FormatName, context: RecordContext) -> list[Event | BadRow]:
    """The rows of one document in a format, detected if "auto". ContractError when the document as a whole is unfit."""
    found = detect(document, context.topic.keys.features) if name == "auto" else name
    return _READERS[found](document, context)


def detect(document: Document, features: str = "features") -> FormatName:
    """The format of a document by its keys; ``features`` is the key of the native envelope.

    >>> detect({"captureData": {}}), detect({"features": {}}), detect({"age": 3})
    ('sagemaker', 'native', 'flat')
    """
    if SAGEMAKER_MARK in document:
        return "sagemaker"
    if features in document:
        return "native"
    return "sagemaker" if isinstance(document.get(SAGEMAKER_LABEL), Mapping) else "flat"


__all__ = ["detect", "read_rows"]
