"""One virtual environment a peer, in ``build/peers``, made when asked for, and again when its requirements have changed."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
BUILD = HERE.parents[1] / "build" / "peers"
STAMP = "installed"
VERSIONS = ("3.11", "3.12")
"""What the pinned requirements are good for."""
PATIENCE = 900.0


class SkippedError(Exception):
    """This peer can't be run here; the message says why, in a few words."""


def python_of(name: str) -> Path:
    """The interpreter of an environment. Raises SkippedError when it has not been made, or for other requirements."""
    if not _is_there(name):
        raise SkippedError("not installed, see --install")
    return BUILD / name / "bin" / "python"


def install(name: str) -> None:
    """Make an environment, unless it is there. Raises SkippedError when it can't be made."""
    if _is_there(name):
        return
    folder = BUILD / name
    sys.stderr.write(f"making {folder}\n")
    shutil.rmtree(folder, ignore_errors=True)
    _run([_interpreter(), "-m", "venv", str(folder)])
    python = str(folder / "bin" / "python")
    _run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(_requirements(name))])
    (folder / STAMP).write_text(_wanted(name), encoding="ascii")


def _is_there(name: str) -> bool:
    stamp = BUILD / name / STAMP
    return stamp.is_file() and stamp.read_text(encoding="ascii") == _wanted(name)


def _wanted(name: str) -> str:
    return hashlib.sha256(_requirements(name).read_bytes()).hexdigest()


def _requirements(name: str) -> Path:
    return HERE / "requirements" / f"{name}.txt"


def _run(command: list[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        raise SkippedError(f"not installed within {PATIENCE:.0f} s") from None
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines()
        raise SkippedError(f"not installed: {lines[-1] if lines else 'no reason given'}")


def _interpreter() -> str:
    for candidate in _candidates():
        if version_of(candidate) in VERSIONS:
            return candidate
    raise SkippedError(f"needs Python {' or '.join(VERSIONS)}")


def _candidates() -> Iterator[str]:
    yield sys.executable
    for version in VERSIONS:
        if found := shutil.which(f"python{version}"):
            yield found
        for folder in sorted((Path.home() / ".pyenv" / "versions").glob(f"{version}.*")):
            yield str(folder / "bin" / "python")


def version_of(python: str) -> str:
    """Such as "3.11"; "" when it does not run, as pyenv's shims of versions that are switched off."""
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()
