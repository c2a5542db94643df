"""Headers of a violation: binary mode, and nothing of the moment in which it is written."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from driftline.contracts.cloudevents import event_type, rfc3339, violation_headers, violation_key
from driftline.contracts.violation import Violation, decode_violation

EXAMPLE = Path(__file__).resolve().parents[3] / "schemas" / "examples" / "violation.v1.opened.json"


def example(**other: object) -> Violation:
    return msgspec.structs.replace(decode_violation(EXAMPLE.read_bytes()), **other)


def test_headers_of_the_example() -> None:
    violation = example()
    assert violation_headers(violation) == [
        ("ce_specversion", b"1.0"),
        ("ce_id", violation.event_id.encode()),
        ("ce_source", b"/driftline/default/churn"),
        ("ce_type", b"io.driftline.violation.opened.v1"),
        ("ce_time", b"2026-05-01T13:00:00.000Z"),
        ("ce_subject", b"churn/3/age"),
        ("ce_dataschema", b"urn:driftline:schemas:violation.v1"),
        ("ce_partitionkey", b"churn"),
        ("content-type", b"application/json"),
    ]
    assert violation_key(violation) == b"churn"


def test_names_that_are_no_uri_are_encoded() -> None:
    headers = dict(violation_headers(example(model="a/b ü", feature="x y\n"), namespace="team/1"))
    assert headers["ce_source"] == b"/driftline/team%2F1/a%2Fb%20%C3%BC"
    assert headers["ce_subject"] == b"a%2Fb%20%C3%BC/3/x%20y%0A"


@pytest.mark.parametrize(("ms", "text"), [(0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z")])
def test_times(ms: int, text: str) -> None:
    assert rfc3339(ms) == text


def test_types() -> None:
    assert event_type("resolved") == "io.driftline.violation.resolved.v1"
