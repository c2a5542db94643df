import tempfile
from pathlib import Path

import pytest

from driftline.agents.app import _scratch
from driftline.errors import ConfigError


def test_a_disk_without_room_for_a_folder_is_said_in_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "absent"))
    with pytest.raises(ConfigError, match=r"which TMPDIR may name: .*absent"):
        _scratch()


def test_the_folder_goes_with_its_worker(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    folder = _scratch()
    assert list(Path(folder.name).iterdir()) == []
    folder.cleanup()
    assert list(tmp_path.iterdir()) == []
