"""Findings on the places that reports of schedules may go to."""

from __future__ import annotations

from pathlib import Path

import pytest

from driftline.config import Config, ReportsConfig
from driftline.diagnosis.finding import Finding
from driftline.diagnosis.reports import check_reports


def found(*outputs: str) -> list[Finding]:
    return list(check_reports(Config(reports=ReportsConfig(outputs))))


def test_a_folder_that_is_there_or_can_be_made_is_fine(tmp_path: Path) -> None:
    there, below = found(str(tmp_path), str(tmp_path / "a" / "b"))
    assert (there.state, there.text) == ("ok", "can be written")
    assert (below.state, below.text) == ("ok", f"can be made in {tmp_path}")
    assert not (tmp_path / "a").exists(), "nothing is written"


def test_a_file_in_the_way_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (only,) = found(str(tmp_path / "file" / "reports"))
    assert (only.state, only.text) == ("fault", f"{tmp_path / 'file'} cannot be written")


def test_a_store_without_its_package_is_a_fault() -> None:
    pytest.importorskip("fsspec")
    (only,) = found("nowhere://bucket/reports")
    assert only.state == "fault"
    assert "nowhere://bucket/reports must be opened" in only.text
    (known,) = found("memory://reports")
    assert known.state == "ok"


def test_without_places_there_is_nothing_to_say() -> None:
    assert found() == []
