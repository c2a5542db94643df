"""One record at a time, whatever it is: events for what can be used, rejects for what cannot. Never raises on bytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from driftline.contracts.capture import CaptureTopic, Decoded, Reject
from driftline.contracts.document import parse_any, read_document, type_name
from driftline.contracts.events import BadRow, Event, RecordContext
from driftline.contracts.formats import read_rows
from driftline.contracts.reasons import Reason
from driftline.contracts.shapes import SAGEMAKER_MARK, native_shape
from driftline.errors import ContractError


class SlowPath:
    """Reads single records of a topic into events; what is left out or refused is written down in ``Decoded``."""

    def __init__(self, topic: CaptureTopic) -> None:
        """Prepare the parser of the native envelope: keys that it does not know are skipped, not parsed."""
        self._topic = topic
        keys = dict.fromkeys(key for part in native_shape(topic.keys).parts.values() for key in part)
        keys[topic.keys.features] = None
        self._keys = tuple(keys)
        fields: list[tuple[str, Any, Any]] = [(f"k{place}", Any, msgspec.UNSET) for place in range(len(self._keys))]
        names = {f"k{place}": key for place, key in enumerate(self._keys)}
        if topic.format == "auto" and SAGEMAKER_MARK not in keys:
            fields.append(("mark", msgspec.UnsetType, msgspec.UNSET))
            names["mark"] = SAGEMAKER_MARK
        self._features = f"k{self._keys.index(topic.keys.features)}"
        self._envelope = msgspec.json.Decoder(msgspec.defstruct("Envelope", fields, rename=names, gc=False)).decode

    def read(self, value: bytes, context: RecordContext, out: Decoded) -> list[Event]:
        """The usable rows of one record; for the rest there are rejects in ``out``."""
        try:
            document, nonstandard = read_document(value, self._parse)
        except ContractError as error:
            out.rejects.append(Reject(context.offset, None, error.reason, str(error)))
            return []
        before = context.topic.limits.rows
        if isinstance(document, list):
            events = self._array(document, before, context, out)
        else:
            events = self._element(document, None, context, out)
        out.nonstandard += bool(events) and (nonstandard or context.nonstandard)
        return events

    def _parse(self, value: bytes) -> object:
        """A native capture without its unknown keys, or the whole document if it is none."""
        if self._topic.format in {"auto", "native"}:
            try:
                found = self._envelope(value)
            except msgspec.ValidationError:
                return parse_any(value)
            if getattr(found, self._features) is not msgspec.UNSET:
                pairs = zip(self._keys, msgspec.structs.astuple(found), strict=False)
                return {key: part for key, part in pairs if part is not msgspec.UNSET}
        return parse_any(value)

    def _array(self, elements: list[object], most: int, context: RecordContext, out: Decoded) -> list[Event]:
        if not 0 < len(elements) <= most:
            reason = Reason.TOO_MANY_ROWS if elements else Reason.NO_ROWS
            message = f"$: must be an array of 1 to {most} captures, got {len(elements)}"
            out.rejects.append(Reject(context.offset, None, reason, message))
            return []
        return [event for element in elements for event in self._element(element, context.index, context, out)]

    def _element(self, document: object, index: int | None, context: RecordContext, out: Decoded) -> list[Event]:
        """The rows of one capture; ``index`` is its place in an array."""
        before = context.index
        try:
            rows = read_rows(_object(document), self._topic.format, context)
        except ContractError as error:
            return self._refuse(index, before, error.reason, str(error), context, out)
        except Exception as error:  # noqa: BLE001 - a record that trips a fault of ours must not stop the partition
            message = f"decoding failed: {type(error).__name__}"
            return self._refuse(index, before, Reason.INTERNAL, message, context, out)
        for row in rows:
            if isinstance(row, BadRow):
                out.rejects.append(Reject(context.offset, row.index, row.error.reason, str(row.error)))
        return [row for row in rows if isinstance(row, Event)]

    def _refuse(
        self, index: int | None, before: int, reason: str, message: str, context: RecordContext, out: Decoded
    ) -> list[Event]:
        out.rejects.append(Reject(context.offset, index, reason, message, max(1, context.index - before)))
        context.index = max(context.index, before + 1)
        return []


def _object(document: object) -> Mapping[str, object]:
    if not isinstance(document, Mapping):
        hint = ": it was escaped once too often" if isinstance(document, str) and document[:1] == "{" else ""
        raise ContractError(f"must be an object, got {type_name(document)}{hint}", "$", Reason.NOT_OBJECT)
    return document
