"""Every link leads somewhere, down to its heading: in the repository as it is read there, and on the site that is built of it."""

from __future__ import annotations

import posixpath
import re
import subprocess
import sys
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from deploy.site.links import rewritten, site_path, targets

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "benchmarks" / "README.md"])
FOLDERS = {"schemas", "docs/decisions"}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def without_code(text: str) -> str:
    return re.sub(r"^```.*?^```|`[^`\n]*`", "", text, flags=re.DOTALL | re.MULTILINE)


@cache
def anchors(document: Path) -> set[str]:
    """What the headings of a document can be linked by, as code hosts make it."""
    text = re.sub(r"^```.*?^```", "", document.read_text(), flags=re.DOTALL | re.MULTILINE)
    found: set[str] = set()
    for heading in re.findall(r"^#+ +(.*?) *$", text, re.MULTILINE):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        slug = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
        found.add(slug if slug not in found else f"{slug}-1")
    return found


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_link_leads_to_a_file_and_to_a_heading_of_it(document: Path) -> None:
    lost = []
    for link in re.findall(r"\]\(([^)\s]+)\)", without_code(document.read_text())):
        parts = urlsplit(link)
        if parts.scheme:
            continue
        target = (document.parent / parts.path).resolve() if parts.path else document
        if not target.exists() or (parts.fragment and parts.fragment not in anchors(target)):
            lost.append(link)
    assert lost == []


def test_links_between_documents_are_those_of_the_site() -> None:
    text = "[a](docs/stack.md#kafka) [b](schemas/) [c](#here) [d](https://x.y/z.md) [e](LICENSE) [f](SECURITY.md)"
    told = rewritten(text, "README.md", FOLDERS.__contains__)
    assert told == (
        "[a](stack.md#kafka) [b](files/schemas/index.md) [c](#here) [d](https://x.y/z.md) [e](files/LICENSE) [f](security.md)"
    )
    assert rewritten("[a](../../SECURITY.md)", "docs/playbooks/x.md", FOLDERS.__contains__) == "[a](../security.md)"
    assert targets(text, "README.md") == {"docs/stack.md", "schemas", "LICENSE", "SECURITY.md"}
    assert site_path("docs/decisions", FOLDERS.__contains__) == "decisions/index.md"


class Read(HTMLParser):
    """The links and the anchors of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = {""}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in {"href", "src"} and value:
                self.links.append(value)
            if name == "id" and value:
                self.anchors.add(value)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("mkdocs", reason="the site needs the extra docs: make setup")
    folder = tmp_path_factory.mktemp("site")
    told = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir", str(folder)],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    return folder


def test_the_site_has_every_document_and_no_link_of_it_is_lost(site: Path) -> None:
    pages = {path: Read(path.read_text()) for path in site.rglob("*.html") if path.name != "404.html"}
    assert {site / site_path(name_of(one), lambda _: False).replace(".md", ".html") for one in DOCUMENTS} <= set(pages)
    lost = []
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme:
                continue
            target = Path(posixpath.normpath(path.parent / unquote(parts.path))) if parts.path else path
            known = pages[target].anchors if target in pages else {parts.fragment}
            if not target.exists() or unquote(parts.fragment) not in known:
                lost.append(f"{path.relative_to(site)}: {link}")
    assert lost == []


def test_the_site_loads_nothing_from_elsewhere(site: Path) -> None:
    for path in site.rglob("*.html"):
        loaded = re.findall(r"<(?:script|img|link|iframe)\b[^>]*(?:src|href)=\"(https?:[^\"]+)", path.read_text())
        assert loaded == [], path
