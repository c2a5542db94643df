"""The wheel in an empty environment, on every Python of this machine: `make package-test`."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from support.pythons import WANTED, find_python

ASKED = os.environ.get("DRIFTLINE_PACKAGE_PYTHONS", "").split()
SMOKE = Path(__file__).with_name("smoke.py")

pytestmark = [
    pytest.mark.package,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not ASKED, reason="installs everything anew: make package-test"),
]


@pytest.mark.parametrize("version", WANTED)
def test_the_wheel_works_in_an_empty_environment(version: str, wheel: Path, tmp_path: Path) -> None:
    if version not in ASKED:
        pytest.skip(f"Python {version} is not asked for")
    python = find_python(version)
    if python is None:
        pytest.skip(f"no Python {version} on this machine")
    subprocess.run([python, "-m", "venv", str(tmp_path / "env")], check=True)
    inside = str(tmp_path / "env" / "bin" / "python")
    pip = [inside, "-m", "pip", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "--quiet", "--only-binary=:all:", str(wheel)], check=True)
    subprocess.run([*pip, "check"], check=True)
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("DRIFTLINE", "PYTHON"))}
    told = subprocess.run([inside, str(SMOKE)], cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout + told.stderr
    assert told.stdout.startswith(f"Python {version}.")
    print(told.stdout)


def test_an_index_would_take_both(wheel: Path, sdist: Path) -> None:
    twine = os.environ.get("DRIFTLINE_TWINE") or shutil.which("twine")
    if twine is None:
        pytest.skip("no twine: make package-test brings one")
    subprocess.run([twine, "check", "--strict", str(wheel), str(sdist)], check=True)
