"""What this machine brings along: versions and room on the disk."""

from __future__ import annotations

import platform
import shutil
import tempfile
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import Final

from driftline.diagnosis.finding import Finding, fault, ok, warning

PACKAGES: Final = ("driftline", "confluent-kafka", "faust-streaming", "numpy", "river")
NEEDED_BYTES: Final = 16 * 2**20
"""Free room for a worker, whose only folder stays empty. Chosen: what logs and the compiler's cache take."""


def check_machine() -> Iterator[Finding]:
    """Versions of what runs here, and free disk where a worker makes its folder."""
    yield ok("versions", ", ".join([f"Python {platform.python_version()}", *_versions()]))
    yield check_disk(tempfile.gettempdir())


def check_disk(folder: str, needed: int = NEEDED_BYTES) -> Finding:
    """Whether ``needed`` bytes are free where ``folder`` lies."""
    try:
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return fault("disk", f"{folder} cannot be looked at: {error.strerror}", "name another folder in TMPDIR")
    text = f"{free / 2**20:,.0f} MiB are free in {folder}"
    if free < needed:
        return warning("disk", f"{text}, {needed / 2**20:,.0f} MiB expected", "free some, or name another in TMPDIR")
    return ok("disk", text)


def _versions() -> Iterator[str]:
    for package in PACKAGES:
        try:
            yield f"{package} {version(package)}"
        except PackageNotFoundError:
            yield f"{package} (not installed as a package)"
