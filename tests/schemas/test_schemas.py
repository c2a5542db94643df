"""The published contracts: made from the types, kept in ``schemas/``, and true of the examples there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec
import pytest
import yaml

from driftline.baseline.parts import Manifest, Part
from driftline.contracts.asyncapi import to_yaml
from driftline.contracts.capture import CaptureTopic, RawBatch
from driftline.contracts.control import decode_answer, decode_schedule, encode_control
from driftline.contracts.decoder import CaptureDecoder
from driftline.contracts.execution import decode_execution, encode_execution
from driftline.contracts.schemas import MESSAGES, documents, json_schema, write
from driftline.contracts.statistics import decode_statistics, encode_statistics
from driftline.contracts.topics import TOPICS
from driftline.contracts.violation import decode_violation, encode_violation
from driftline.errors import ContractError

FOLDER = Path(__file__).resolve().parents[2] / "schemas"
EXAMPLES = sorted((FOLDER / "examples").glob("*.json"))
CONTROLS: dict[str, tuple[Any, Any]] = {
    "schedule": (decode_schedule, encode_control),
    "schedule-status": (decode_answer, encode_control),
    "execution": (decode_execution, encode_execution),
}


def message_of(example: Path) -> str:
    return example.name.partition(".v1")[0]


def validator(name: str) -> Any:  # noqa: ANN401 - jsonschema_rs has no public name for it
    (message,) = (message for message in MESSAGES if message.name == name)
    return jsonschema_rs.Draft202012Validator(json.loads((FOLDER / message.file).read_text()))


def test_the_files_are_what_the_types_say() -> None:
    made = documents()
    kept = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir() if path.is_file()}
    assert kept == made, "run: .venv/bin/python -m driftline.contracts.schemas schemas"


def test_writing_twice_is_writing_once(tmp_path: Path) -> None:
    for _ in range(2):
        write(tmp_path / "schemas")
        assert {path.name: path.read_text() for path in (tmp_path / "schemas").iterdir()} == documents()


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.name)
def test_every_schema_is_one_of_2020_12_and_has_an_id_of_its_own(message: Any) -> None:  # noqa: ANN401
    schema = json_schema(message)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"urn:driftline:schemas:{message.name}.v1"
    assert jsonschema_rs.meta.is_valid(schema)


def test_every_message_has_an_example() -> None:
    assert {message_of(path) for path in EXAMPLES} == {message.name for message in MESSAGES}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_examples_are_valid(example: Path) -> None:
    validator(message_of(example)).validate(json.loads(example.read_text()))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_examples_of_version_1_decode_and_encode_to_themselves(example: Path) -> None:
    data = example.read_bytes()
    if message_of(example) == "violation":
        again = encode_violation(decode_violation(data))
    elif message_of(example) == "statistics":
        again = encode_statistics(decode_statistics(data))
    elif message_of(example) in CONTROLS:
        decode, encode = CONTROLS[message_of(example)]
        again = encode(decode(data))
    elif message_of(example) == "capture":
        pytest.skip("captures are only read, see below")
    else:
        kind = Manifest if message_of(example) == "baseline-manifest" else Part
        again = msgspec.json.encode(msgspec.json.decode(data, type=kind))
    held = json.loads(data)
    assert {name: json.loads(again)[name] for name in held} == held, "fields are only added"


@pytest.mark.parametrize("name", ["capture.v1.json", "capture.v1.minimal.json"])
def test_the_decoder_takes_captures_as_the_schema_has_them(name: str) -> None:
    value = (FOLDER / "examples" / name).read_bytes()
    batch = RawBatch("captures", 0, [0], [value], [None], [None], [1_777_636_800_000], None)
    decoded = CaptureDecoder(CaptureTopic("captures"), lambda _model, _version: None).decode(batch)
    assert not decoded.rejects
    assert [len(block.offset) for block in decoded.blocks] == [1]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("state", "FINE"),
        ("kind", "started"),
        ("n", -1),
        ("incident_id", "short"),
        ("completeness", 1.5),
        ("schema", 2),
        ("window", None),
        ("no such field", 1),
    ],
)
def test_what_is_wrong_is_seen(path: str, value: object) -> None:
    held = json.loads((FOLDER / "examples" / "violation.v1.opened.json").read_text())
    assert not validator("violation").is_valid(held | {path: value})


@pytest.mark.parametrize("field", ["observed", "severity", "sagemaker"])
def test_what_is_missing_is_seen(field: str) -> None:
    held = json.loads((FOLDER / "examples" / "violation.v1.opened.json").read_text())
    del held[field]
    assert not validator("violation").is_valid(held)
    with pytest.raises(ContractError, match=f"violation must be decodable: .*{field}"):
        decode_violation(json.dumps(held).encode())


def test_readers_pass_over_fields_of_a_newer_writer() -> None:
    held = json.loads((FOLDER / "examples" / "violation.v1.opened.json").read_text())
    assert decode_violation(json.dumps(held | {"new": 1}).encode()).model == "churn"


@pytest.mark.parametrize("data", [b"", b"[]", b"\xff", b'{"schema": 2}'])
def test_anything_else_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(ContractError, match="window statistics must be decodable"):
        decode_statistics(data)


def asyncapi() -> dict[str, Any]:
    held: dict[str, Any] = yaml.safe_load((FOLDER / "asyncapi.yaml").read_text())
    return held


def refs(value: object) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [ref for held in value.values() for ref in refs(held)]
    return [ref for held in value for ref in refs(held)] if isinstance(value, list) else []


def test_every_reference_of_the_asyncapi_document_leads_somewhere() -> None:
    document = asyncapi()
    for ref in refs(document):
        if ref.startswith("./"):
            assert (FOLDER / ref).is_file()
            continue
        place: Any = document
        for part in ref.removeprefix("#/").split("/"):
            place = place[part]
        assert place


def test_every_topic_is_a_channel_that_somebody_uses() -> None:
    document = asyncapi()
    assert set(document["channels"]) == {spec.name for spec in TOPICS}
    used = {operation["channel"]["$ref"].rpartition("/")[2] for operation in document["operations"].values()}
    assert used == set(document["channels"])
    assert {operation["action"] for operation in document["operations"].values()} == {"send", "receive"}
    assert document["asyncapi"] == "3.1.0"


def test_channels_tell_kafkas_settings() -> None:
    channel = asyncapi()["channels"]["violations"]
    assert channel["address"] == "driftline.violations"
    assert channel["bindings"]["kafka"]["topicConfiguration"] == {
        "cleanup.policy": ["delete"],
        "retention.ms": 30 * 86_400_000,
    }


@pytest.mark.parametrize(
    "value",
    [
        {"a": {"b": [1, 2.5, None, True, "x: y", "#", "-", "", "no", "0x1", "1.0", "ü", 'q"']}},
        {"empty": {}, "none": [], "deep": [{"a": [1]}, {"b": {"c": "d"}}]},
        {"on": 1, "key with space": {"$ref": "#/x"}},
    ],
)
def test_yaml_reads_back_as_it_was_written(value: dict[str, Any]) -> None:
    assert yaml.safe_load(to_yaml(value)) == value
