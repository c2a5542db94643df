"""A document loses nothing: neither keys that nobody knows nor the spelling of a number."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.baseline.sagemaker.document import SageMakerDocument
from driftline.baseline.sagemaker.text import Number
from driftline.errors import BaselineError
from support.monitor_files import CONSTRAINTS, STATISTICS, written

SPELLINGS = st.sampled_from(["0", "0.0", "-0", "2048.0", "1.0E-4", "1e5", "12345678901234567890", "0.10", "5E-324"])
CONTENT = st.recursive(
    SPELLINGS.map(Number) | st.none() | st.booleans() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=15,
)


@given(st.dictionaries(st.text(), CONTENT, max_size=4))
def test_text_in_their_layout_is_the_same_after_any_edit_of_another_key(content: dict[str, object]) -> None:
    document = SageMakerDocument.of("x", content)
    assert document.edited({}).text == document.text
    edited = document.edited({**content, "mine": 1}).content()
    del edited["mine"]
    assert (
        SageMakerDocument.of("x", edited).text
        == SageMakerDocument.of("x", {k: v for k, v in content.items() if k != "mine"}).text
    )


@pytest.mark.parametrize("name", ["statistics.json", "constraints.json"])
def test_what_is_read_is_written_byte_by_byte(tmp_path: Path, name: str) -> None:
    source = written(tmp_path / "in") / name
    odd = source.read_bytes().replace(b'"version" : 0.0', b'"version":0 ,"unknown_key":{"x":[1.0E-4,0.10]}')
    source.write_bytes(odd)
    SageMakerDocument.read(source).write(tmp_path / "out" / name)
    assert (tmp_path / "out" / name).read_bytes() == odd


@pytest.mark.parametrize("content", [STATISTICS, CONSTRAINTS])
def test_content_is_what_json_says(content: dict[str, object]) -> None:
    assert SageMakerDocument.of("x", content).content() == json.loads(json.dumps(content))


def test_an_edit_keeps_the_order_and_unknown_keys() -> None:
    document = SageMakerDocument("x", b'{"z": 1.50, "version": 0.0, "a": "\\u00e9"}').edited({"version": 1})
    assert document.text.decode() == '{\n  "z" : 1.50,\n  "version" : 1,\n  "a" : "é"\n}'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b'{\n"a": "\xc5x"}', "x: not UTF-8, in line 2: invalid continuation byte"),
        (b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "x: nested too deeply"),
    ],
)
def test_what_only_shows_when_it_is_decoded_is_told_as_well(text: bytes, message: str) -> None:
    with pytest.raises(BaselineError, match=message):
        SageMakerDocument("x", text).content()


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(BaselineError, match=r"none\.json: can't be read: No such file"):
        SageMakerDocument.read(tmp_path / "none.json")
    (tmp_path / "list.json").write_text("[1]")
    with pytest.raises(BaselineError, match=r"list\.json: \$: expected `object`, got `array`"):
        SageMakerDocument.read(tmp_path / "list.json")
    (tmp_path / "utf16.json").write_bytes(b"\xff\xfe\x00\xd8x")
    with pytest.raises(BaselineError, match="its first bytes promise UTF-16"):
        SageMakerDocument.read(tmp_path / "utf16.json")
