"""A worker takes the compiled scanner in when it is there, and does without it otherwise."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from driftline.agents.scanner import prepare_scanner
from driftline.contracts.scan import folder, ready


@pytest.fixture(autouse=True)
def anew() -> Iterator[None]:
    folder.compiled_folder.cache_clear()
    ready.retire()
    yield
    folder.compiled_folder.cache_clear()
    ready.retire()


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_it_is_compiled_in_another_process_and_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    pytest.importorskip("numba", reason="the extra 'fast' is not installed")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    caplog.set_level(logging.INFO)
    assert not ready.is_compiled()
    asyncio.run(prepare_scanner())
    assert ready.is_compiled()
    assert ready.is_ready()
    assert "with the compiled scanner" in caplog.messages[-1]
    ready.retire()
    caplog.clear()
    asyncio.run(prepare_scanner())
    assert caplog.messages == ["captures are decoded with the compiled scanner"]


@pytest.mark.slow
def test_without_a_folder_the_worker_goes_on_without_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    pytest.importorskip("numba", reason="the extra 'fast' is not installed")
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "file"))
    asyncio.run(prepare_scanner())
    assert not ready.is_ready()
    assert "set NUMBA_CACHE_DIR" in caplog.messages[-1]


def test_without_the_extra_nothing_is_said(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(ready, "is_installed", lambda: False)
    caplog.set_level(logging.INFO)
    asyncio.run(prepare_scanner())
    assert not caplog.messages
    assert not ready.is_ready()


def test_the_compiler_ends_with_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ready, "is_installed", lambda: True)
    monkeypatch.setattr(ready, "is_compiled", lambda: False)
    create = asyncio.create_subprocess_exec

    async def begin_and_cancel() -> int:
        started: asyncio.Queue[asyncio.subprocess.Process] = asyncio.Queue()

        async def noting(*_command: str, **options: int) -> asyncio.subprocess.Process:
            process = await create("sleep", "60", **options)
            await started.put(process)
            return process

        monkeypatch.setattr(asyncio, "create_subprocess_exec", noting)
        task = asyncio.create_task(prepare_scanner())
        process = await started.get()
        task.cancel()
        await asyncio.wait([task])
        return await process.wait()

    assert asyncio.run(begin_and_cancel()) == -9
