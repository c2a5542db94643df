"""What is in the wheel and in the source distribution, and what they say of themselves."""

from __future__ import annotations

import tarfile
import tomllib
import zipfile
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
OPERATED = {"demo", "baseline", "parquet", "fast", "s3"}
"""Extras for whoever runs driftline, by what they give."""


def names_in(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


@pytest.fixture(scope="session")
def metadata(wheel: Path) -> Message:
    (name,) = (one for one in names_in(wheel) if one.endswith(".dist-info/METADATA"))
    with zipfile.ZipFile(wheel) as archive:
        return message_from_bytes(archive.read(name))


def test_the_wheel_has_the_whole_package_and_nothing_else(wheel: Path) -> None:
    found = {name for name in names_in(wheel) if ".dist-info/" not in name}
    source = ROOT / "streams"
    wanted = {
        str(one.relative_to(source)) for one in source.rglob("*") if one.is_file() and "__pycache__" not in one.parts
    }
    assert found == {one for one in wanted if not one.endswith((".pyc", ".nbi", ".nbc"))}
    assert "driftline/py.typed" in found
    assert any(name.endswith(".css") for name in found)


def test_the_wheel_holds_for_every_python_and_carries_its_licence(wheel: Path) -> None:
    assert wheel.name == f"driftline-{_release()}-py3-none-any.whl"
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names_in(wheel))
    assert any(name.endswith(".dist-info/entry_points.txt") for name in names_in(wheel))


def test_the_source_distribution_has_what_it_takes_to_test_and_to_build(sdist: Path) -> None:
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    for wanted in (
        "LICENSE",
        "Makefile",
        "SECURITY.md",
        "requirements/dev.txt",
        "tests/conftest.py",
        "schemas/asyncapi.yaml",
    ):
        assert wanted in names
    forbidden = (".venv", "__pycache__", ".git/", "build/", "driftline-demo", ".hypothesis")
    assert [name for name in names if name.startswith(forbidden) or "__pycache__" in name] == []


def test_the_metadata_is_that_of_the_project(metadata: Message) -> None:
    assert (metadata["Name"], metadata["Version"]) == ("driftline", _release())
    assert metadata["Requires-Python"] == PROJECT["requires-python"]
    assert metadata["License-Expression"] == "Apache-2.0"
    assert metadata["Description-Content-Type"] == "text/markdown"
    text = metadata.get_payload()
    assert isinstance(text, str)
    assert text.strip().startswith("# driftline")
    assert set(metadata.get_all("Provides-Extra", [])) == set(PROJECT["optional-dependencies"])


def test_extras_are_named_by_what_they_give() -> None:
    extras = set(PROJECT["optional-dependencies"])
    assert extras == OPERATED | {"dev", "docs"}, "[avro] comes with the first line of code that reads Avro"


def _release() -> str:
    source = (ROOT / "streams" / "driftline" / "__init__.py").read_text()
    return source.partition('__version__ = "')[2].partition('"')[0]
