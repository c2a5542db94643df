"""Why a record or a row is refused: the closed list of reason codes, each with a sentence for a person."""

from __future__ import annotations

import enum


class Reason(enum.StrEnum):
    """Stable codes; they are label values of a counter and the header ``driftline.reason`` of a dead letter."""

    TOO_LARGE = "too_large"
    NOT_JSON = "not_json"
    NOT_UTF8 = "not_utf8"
    TOO_DEEP = "too_deep"
    LONG_NUMBER = "long_number"
    SURROGATE = "lone_surrogate"
    NOT_OBJECT = "not_object"
    NO_ROWS = "no_rows"
    TOO_MANY_ROWS = "too_many_rows"
    FEATURES = "features"
    EMPTY_NAME = "empty_name"
    NO_MODEL = "no_model"
    MODEL = "model"
    VERSION = "version"
    NO_TIME = "no_time"
    TIME = "time"
    TIME_ZONE = "time_zone"
    TIME_RANGE = "time_range"
    TIME_SECONDS = "time_seconds"
    CAPTURE = "capture"
    PAYLOAD = "payload"
    ROW_COUNT = "row_count"
    COLUMN_COUNT = "column_count"
    PREPROCESS = "preprocess"
    INTERNAL = "internal"

    @property
    def sentence(self) -> str:
        """What the code means.

        >>> Reason.TIME_ZONE.sentence
        'the event time names no zone'
        """
        return _SENTENCES[self]


_SENTENCES = {
    Reason.TOO_LARGE: "the record is larger than max_record_bytes",
    Reason.NOT_JSON: "the bytes are no JSON document",
    Reason.NOT_UTF8: "the bytes are not UTF-8",
    Reason.TOO_DEEP: "the document is nested too deeply",
    Reason.LONG_NUMBER: "a whole number has more than 4,300 digits",
    Reason.SURROGATE: "a string holds half of a surrogate pair",
    Reason.NOT_OBJECT: "the capture is no JSON object",
    Reason.NO_ROWS: "the record holds no rows",
    Reason.TOO_MANY_ROWS: "the record holds more rows than allowed",
    Reason.FEATURES: "the features are missing or no object",
    Reason.EMPTY_NAME: "a feature has an empty name",
    Reason.NO_MODEL: "the model cannot be told",
    Reason.MODEL: "the model's name cannot be used",
    Reason.VERSION: "the version cannot be used",
    Reason.NO_TIME: "the event time is missing",
    Reason.TIME: "the event time cannot be read",
    Reason.TIME_ZONE: "the event time names no zone",
    Reason.TIME_RANGE: "the event time is out of range",
    Reason.TIME_SECONDS: "the event time looks like seconds where milliseconds are expected",
    Reason.CAPTURE: "the SageMaker capture lacks a part or has one of the wrong type",
    Reason.PAYLOAD: "a payload of the SageMaker capture cannot be read",
    Reason.ROW_COUNT: "input and output have unlike numbers of rows",
    Reason.COLUMN_COUNT: "a row has another number of columns than the baseline",
    Reason.PREPROCESS: "the model's preprocess script failed on the record",
    Reason.INTERNAL: "the decoder failed; please report it with the record",
}
PARSE_REASONS = frozenset({Reason.TOO_LARGE, Reason.NOT_JSON, Reason.NOT_UTF8, Reason.TOO_DEEP, Reason.LONG_NUMBER})
"""Reasons for which the bytes as such cannot be read; the others break the contract of a readable document."""
