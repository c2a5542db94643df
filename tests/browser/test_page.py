"""The live page in a real browser: `make browser-test`. Needs Chromium, and takes some seconds a page."""

from __future__ import annotations

import html
import os
import re
import shutil
import subprocess
import zlib
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from driftline.exporter import ExporterServer, Renderer, SeriesTable, WorkerMetrics
from driftline.exporter.thread import ServerThread
from driftline.web import LivePage, ModelPage, PageState
from support.pages import START, Reader, live_model

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
NAME = 'age <b>&amp;"'


@pytest.fixture(scope="module", autouse=True)
def browser() -> None:
    if CHROMIUM is None:
        if os.environ.get("DRIFTLINE_REQUIRE_BROWSER"):
            pytest.fail("Chromium is not installed: apt-get install chromium")
        pytest.skip("Chromium is not installed: apt-get install chromium")


class Counting:
    """States that differ by the number of times that they were asked for."""

    def __init__(self) -> None:
        self.asked = 0
        self.model: ModelPage = live_model(NAME)

    def first(self) -> PageState:
        self.asked += 1
        view = msgspec.structs.replace(self.model.view, rows=1_000_000 + self.asked)
        return PageState(generated=START, models=(view,), incidents=self.model.incidents)


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[str, Counting]]:
    states = Counting()
    page = LivePage(states.first, lambda wanted: states.model if wanted.model == "churn" else None)
    server = ServerThread(ExporterServer(Renderer(SeriesTable(), WorkerMetrics()), page=page))
    server.start()
    yield f"http://127.0.0.1:{server.port}", states
    server.stop()


def chromium(tmp_path: Path, url: str, *options: str, size: str = "1280,1600") -> tuple[str, str]:
    """What it prints, and what it complains of."""
    assert CHROMIUM is not None
    flags = [
        *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"),
        *("--disable-background-networking", "--disable-component-update", "--enable-logging=stderr"),
        *(f"--user-data-dir={tmp_path / 'profile'}", f"--window-size={size}", "--virtual-time-budget=4500"),
    ]
    done = subprocess.run([CHROMIUM, *flags, *options, url], capture_output=True, text=True, timeout=90, check=True)
    console = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    return done.stdout, "\n".join(console)


@pytest.mark.parametrize(
    "path", ["/", f"/model?name=churn&version={NAME}", f"/model?name=churn&version={NAME}&feature={NAME}"]
)
def test_a_page_is_live_and_breaks_no_rule_of_its_own(tmp_path: Path, served: tuple[str, Counting], path: str) -> None:
    dom, console = chromium(tmp_path, served[0] + path.replace(" ", "%20").replace("&amp;", "%26amp%3B"), "--dump-dom")
    assert console == ""
    assert '<span id="connection" role="status">live</span>' in dom
    assert re.search(r'<button id="pause" type="button">', dom), "shown by the script"
    assert html.escape(NAME, quote=False) in dom


def test_the_script_brings_the_page_up_to_date(tmp_path: Path, served: tuple[str, Counting]) -> None:
    before = served[1].asked
    dom, _ = chromium(tmp_path, served[0], "--dump-dom")
    shown = re.search(r"1 000 (\d{3})", dom)
    assert served[1].asked >= before + 2
    assert shown is not None
    assert int(shown[1]) > before + 1


def test_the_browser_reads_what_the_server_wrote(tmp_path: Path, served: tuple[str, Counting]) -> None:
    """No cell is lost or moved by what a browser mends."""
    written = Reader(LivePage(served[1].first, lambda _: served[1].model).model({"name": "churn"}))
    dom, _ = chromium(tmp_path, f"{served[0]}/model?name=churn", "--dump-dom")
    assert len(re.findall(r"<t[dh][ >]", dom)) == len(written.cells)
    assert len(re.findall("<svg", dom)) == written.elements.count("svg")


@pytest.mark.parametrize("size", ["1280,1600", "400,1600"])
def test_it_is_dark_in_the_dark(tmp_path: Path, served: tuple[str, Counting], size: str) -> None:
    shades = []
    for scheme in ("light", "dark"):
        options = ["--force-dark-mode", "--blink-settings=preferredColorScheme=0"] if scheme == "dark" else []
        picture = tmp_path / f"{scheme}.png"
        chromium(tmp_path, f"{served[0]}/model?name=churn", f"--screenshot={picture}", *options, size=size)
        shades.append(first_pixel(picture.read_bytes()))
    assert shades == [(0xFF, 0xFF, 0xFF), (0x14, 0x17, 0x1A)]


def first_pixel(png: bytes) -> tuple[int, ...]:
    """Of the first row no filter changes the first pixel."""
    data, at = b"", 8
    while at < len(png):
        length, kind = int.from_bytes(png[at : at + 4], "big"), png[at + 4 : at + 8]
        data += png[at + 8 : at + 8 + length] if kind == b"IDAT" else b""
        at += length + 12
    return tuple(zlib.decompressobj().decompress(data, 4)[1:4])
