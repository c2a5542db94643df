"""The characters of JSON that the scanner looks for, as bytes."""

from __future__ import annotations

from typing import Final

TAB: Final = ord("\t")
LINE: Final = ord("\n")
RETURN: Final = ord("\r")
SPACE: Final = ord(" ")
QUOTE: Final = ord('"')
PLUS: Final = ord("+")
COMMA: Final = ord(",")
MINUS: Final = ord("-")
POINT: Final = ord(".")
NOUGHT: Final = ord("0")
NINE: Final = ord("9")
COLON: Final = ord(":")
BIG_E: Final = ord("E")
OPEN_LIST: Final = ord("[")
ESCAPE: Final = ord("\\")
CLOSE_LIST: Final = ord("]")
A: Final = ord("a")
E: Final = ord("e")
F: Final = ord("f")
L: Final = ord("l")
N: Final = ord("n")
R: Final = ord("r")
S: Final = ord("s")
T: Final = ord("t")
U: Final = ord("u")
OPEN: Final = ord("{")
CLOSE: Final = ord("}")
