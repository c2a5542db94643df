"""Where the pages are: queries, since a name may be anything and a path may not."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

HOME: Final = "./"


def model_link(model: str, version: str, *, window: str = "", page: int = 1) -> str:
    """The page of a model, relative to any other page.

    >>> model_link("a/b", "", window="1d")
    'model?name=a%2Fb&version=&window=1d'
    """
    more = {"window": window} if window else {}
    return _link("model", {"name": model, "version": version, **more, **({"page": str(page)} if page > 1 else {})})


def feature_link(model: str, version: str, window: str, feature: str) -> str:
    """The page of a feature."""
    return _link("model", {"name": model, "version": version, "window": window, "feature": feature})


def home_link(page: int) -> str:
    """A page of the list of models."""
    return _link("./", {"page": str(page)} if page > 1 else {})


def _link(path: str, query: dict[str, str]) -> str:
    return f"{path}?{urlencode(query, errors='replace')}" if query else path
