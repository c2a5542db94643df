"""What docs/sagemaker.md shows of the SDK and of CloudWatch's names is so."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

import driftline.sagemaker
from driftline.exporter import names

PAGE = (Path(__file__).parents[3] / "docs" / "sagemaker.md").read_text()


def section(title: str) -> str:
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def test_the_program_prints_what_the_page_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    program = re.findall(r"^```python\n(.*?)^```", section("SDK"), re.MULTILINE | re.DOTALL)[0]
    shown = re.findall(r"^```text\n(.*?)^```", section("SDK"), re.MULTILINE | re.DOTALL)[0]
    monkeypatch.delenv("DRIFTLINE_CONFIG", raising=False)
    monkeypatch.setenv("DRIFTLINE_SAGEMAKER_STORE", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "train.csv").write_text(
        "age,plan\n" + "".join(f"{20 + n % 50},{'free' if n % 2 else 'paid'}\n" for n in range(500))
    )
    captured = tmp_path / "bucket" / "captured" / "output.csv"
    captured.parent.mkdir(parents=True)
    captured.write_text("38,gold\n,free\n")
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(program, "page", "exec"), {})  # noqa: S102 - the page's own program
    assert [record.getMessage() for record in caplog.records] + printed.getvalue().splitlines() == shown.splitlines()


def test_every_name_of_the_surface_is_there() -> None:
    for name in re.findall(
        r"`([A-Z][A-Za-z]+)`", section("SDK").partition("**Who runs what.**")[0].partition("| there |")[2]
    ):
        known = hasattr(driftline.sagemaker, name)
        assert known != (name in {"ModelBiasMonitor", "ModelExplainabilityMonitor", "ModelMonitor"}), name


def test_the_queries_name_series_that_there_are() -> None:
    labels = {family.name: family.labels for family in names.ALL_FAMILIES}
    queries = re.findall(r"(driftline_\w+)\{(.*?)\}", section("CloudWatch names"))
    assert len(queries) >= 10
    for name, selector in queries:
        assert set(re.findall(r"(\w+)=", selector)) <= set(labels[name]), name
