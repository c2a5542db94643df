"""What is locked is what pyproject.toml asks for, on every Python that it allows, with hashes and once."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]
LOCKS = ("build", "dev", "product")
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
EXTRAS = PROJECT["project"]["optional-dependencies"]


def locked(name: str) -> list[tuple[Requirement, int]]:
    """The pins of a lock file, each with the number of its hashes."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(Requirement(line.partition(" --hash")[0]), line.count("--hash=sha256:")) for line in lines]


def versions(name: str, python: str) -> dict[str, Version]:
    """What a lock file installs on a Python, on Linux."""
    here = {"python_version": python, "python_full_version": f"{python}.0", "sys_platform": "linux"}
    pins = [pin for pin, _ in locked(name) if pin.marker is None or pin.marker.evaluate(here)]
    names = [canonicalize_name(pin.name) for pin in pins]
    assert len(names) == len(set(names)), "a package is pinned twice"
    return {name: Version(str(pin.specifier).removeprefix("==")) for name, pin in zip(names, pins, strict=True)}


def asked(lines: list[str], python: str) -> list[Requirement]:
    """Requirements for a Python; an extra that names extras of our own is what those name."""
    found = []
    for requirement in map(Requirement, lines):
        if requirement.name == "driftline":
            for extra in requirement.extras:
                found += asked(EXTRAS[extra], python)
        elif requirement.marker is None or requirement.marker.evaluate({"python_version": python}):
            found.append(requirement)
    return found


def unmet(wanted: list[Requirement], lock: dict[str, Version]) -> list[str]:
    return [
        str(one)
        for one in wanted
        if (version := lock.get(canonicalize_name(one.name))) is None or not one.specifier.contains(version)
    ]


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_is_exact_and_has_hashes(name: str) -> None:
    pins = locked(name)
    assert pins
    assert [str(pin) for pin, hashes in pins if not hashes or not re.fullmatch(r"==[^,*]+", str(pin.specifier))] == []


@pytest.mark.parametrize("python", PYTHONS)
def test_everything_that_is_asked_for_is_locked_in_a_version_that_fits(python: str) -> None:
    project = PROJECT["project"]
    own, everything = project["dependencies"], [line for lines in EXTRAS.values() for line in lines]
    assert unmet(asked([*own, *everything], python), versions("dev", python)) == []
    assert unmet(asked([*own, "driftline[baseline]"], python), versions("product", python)) == []
    builders = [
        *PROJECT["build-system"]["requires"],
        *(ROOT / "requirements" / "build.in").read_text().splitlines()[1:],
    ]
    assert unmet(asked([line.partition("#")[0] for line in builders], python), versions("build", python)) == []


@pytest.mark.parametrize("python", PYTHONS)
def test_what_is_tested_is_what_is_shipped(python: str) -> None:
    tested = versions("dev", python).items()
    assert versions("product", python).items() <= tested
    assert versions("build", python).items() <= tested


def test_the_pythons_that_are_told_are_those_that_are_locked() -> None:
    told = re.findall(r"Python :: (3\.\d+)", "\n".join(PROJECT["project"]["classifiers"]))
    assert tuple(told) == PYTHONS
    assert PROJECT["project"]["requires-python"] == f">={PYTHONS[0]}"
