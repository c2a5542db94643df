"""What mkdocs calls: documents outside of docs/ become pages, and what they point to is put beside them."""

from __future__ import annotations

import posixpath
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from deploy.site.links import PAGES, rewritten, site_path, targets

ROOT = Path(__file__).parents[2]
ASIDE = ("decisions", "playbooks")
"""Folders of docs/ with a page that lists them."""


def is_folder(path: str) -> bool:
    """Whether a path of the repository is a folder."""
    return (ROOT / path).is_dir()


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add what lies outside of docs/: the documents, and every file and folder that any document links to."""
    sources = {path: (ROOT / path).read_text() for path in PAGES}
    sources |= {f"docs/{one.src_uri}": one.content_string for one in files.documentation_pages()}
    wanted = {target for source, text in sources.items() for target in targets(text, source)}
    wanted |= {f"docs/{folder}" for folder in ASIDE}
    known = {f"docs/{one.src_uri}" for one in files}
    for path in sorted((wanted | set(PAGES)) - known):
        for one in _with_content(path):
            _add(files, config, one)
    return files


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001 - mkdocs names them
    """Links as they are on the site. Pages made here have theirs already."""
    source = next((path for path, name in PAGES.items() if name == page.file.src_uri), f"docs/{page.file.src_uri}")
    return rewritten(markdown, source, is_folder) if (ROOT / source).is_file() else markdown


def _with_content(path: str) -> list[str]:
    """The path, and all files below it where it is a folder outside of docs/."""
    if not is_folder(path) or path.startswith("docs/"):
        return [path]
    return [path, *(str(one.relative_to(ROOT)) for one in sorted((ROOT / path).rglob("*")))]


def _add(files: Files, config: MkDocsConfig, path: str) -> None:
    name = site_path(path, is_folder)
    if files.get_file_from_path(name) is not None or not (ROOT / path).exists():
        return
    content = _listing(ROOT / path) if is_folder(path) else (ROOT / path).read_bytes()
    files.append(File.generated(config, name, content=content))


def _listing(folder: Path) -> str:
    """A page that links to everything in a folder; Markdown files by their headings."""
    lines = [f"# {folder.relative_to(ROOT)}", ""]
    for one in sorted(folder.iterdir()):
        title = one.read_text().partition("\n")[0].lstrip("# ") if one.suffix == ".md" else one.name
        lines.append(f"- [{title}]({posixpath.join(one.name, 'index.md') if one.is_dir() else one.name})")
    return "\n".join(lines) + "\n"
