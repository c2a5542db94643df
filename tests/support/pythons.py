"""The Pythons of this machine, by version."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

WANTED = ("3.11", "3.12", "3.13", "3.14")


def find_python(version: str) -> str | None:
    """A program that is this version of Python: on the PATH, or one of pyenv's; None without."""
    named = shutil.which(f"python{version}")
    pyenv = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
    return next((one for one in (named, *map(str, pyenv)) if one and _version_of(one) == version), None)


def _version_of(program: str) -> str:
    told = subprocess.run([program, "-V"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"Python (\d+\.\d+)", told)
    return found[1] if found else ""
