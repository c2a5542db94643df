"""From paths of the repository to paths of the site, and the links between them. Pure text."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable

LINK = re.compile(r"(?<=\]\()(?!\w+:|#)([^)\s#]+)(?=[)#])")
"""The relative target of a Markdown link, without its fragment."""

PAGES = {
    "README.md": "index.md",
    "CHANGELOG.md": "changes.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "benchmarks/README.md": "benchmarks.md",
}
"""Documents that lie outside of docs/, and what they are called on the site."""

FILES = "files"
"""Where everything else of the repository that a document points to is put."""


def site_path(path: str, is_folder: Callable[[str], bool]) -> str:
    """Where a file of the repository is found on the site; a folder is a page that lists it.

    >>> [site_path(one, lambda path: path == "schemas") for one in ("README.md", "docs/stack.md", "schemas", "LICENSE")]
    ['index.md', 'stack.md', 'files/schemas/index.md', 'files/LICENSE']
    """
    if is_folder(path):
        path = f"{path}/index.md"
    if path in PAGES:
        return PAGES[path]
    return path.removeprefix("docs/") if path.startswith("docs/") else f"{FILES}/{path}"


def targets(text: str, source: str) -> set[str]:
    """Paths of the repository that a document at ``source`` links to.

    >>> targets("[a](../schemas/) [b](stack.md#kafka) [c](https://x.y) [d](#here)", "docs/a.md") == {"schemas", "docs/stack.md"}
    True
    """
    return {_resolved(link, source) for link in LINK.findall(text)}


def rewritten(text: str, source: str, is_folder: Callable[[str], bool]) -> str:
    """The text with its links as they are on the site.

    >>> rewritten("see [a](docs/stack.md#kafka)", "README.md", lambda path: False)
    'see [a](stack.md#kafka)'
    """
    folder = posixpath.dirname(site_path(source, is_folder))

    def on_site(link: re.Match[str]) -> str:
        return posixpath.relpath(site_path(_resolved(link[1], source), is_folder), folder or ".")

    return LINK.sub(on_site, text)


def _resolved(link: str, source: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(source), link))
