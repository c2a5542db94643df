"""What a worker and the process of a script say to each other: frames of MessagePack over two pipes.

The worker sends a :class:`Setup`, and then one :class:`Task` after the other; the process answers each record of a task by
itself as soon as it is done, so that of a process that dies it is known which record it died of.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

import msgspec

_LENGTH = struct.Struct("<I")

TAKEN, DROPPED, REFUSED = 0, 1, 2
"""Kinds of answers: another capture to read, nothing to read, an error."""


class Setup(msgspec.Struct, array_like=True, frozen=True):
    """The script, its handler, and how much memory its process may take (bytes, 0: any).

    ``folders`` stand for those of the container; ``lines``: the handler is given lines of text, not captures.
    """

    script: str
    handler: str
    memory: int
    folders: dict[str, str]
    lines: bool = False


class Task(msgspec.Struct, array_like=True, frozen=True):
    """Records to work on, in order."""

    values: list[bytes]


class Ready(msgspec.Struct, array_like=True, frozen=True):
    """The script is loaded, or (``error`` is not empty) cannot be."""

    error: str = ""
    trace: str = ""


class Answer(msgspec.Struct, array_like=True, frozen=True):
    """What became of one record: ``value`` is another capture, ``error`` one line, ``trace`` the traceback."""

    kind: int
    value: bytes = b""
    error: str = ""
    trace: str = ""


encode = msgspec.msgpack.Encoder().encode
decode_setup = msgspec.msgpack.Decoder(Setup).decode
decode_task = msgspec.msgpack.Decoder(Task).decode
decode_ready = msgspec.msgpack.Decoder(Ready).decode
decode_answer = msgspec.msgpack.Decoder(Answer).decode


def framed(message: msgspec.Struct) -> bytes:
    """A message with its length before it."""
    body = encode(message)
    return _LENGTH.pack(len(body)) + body


def read_frame(stream: BinaryIO) -> bytes | None:
    """The next message of a stream; None at its end."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    body = stream.read(_LENGTH.unpack(head)[0])
    return body if len(body) == _LENGTH.unpack(head)[0] else None


class Frames:
    """Takes bytes as they come and gives whole messages."""

    def __init__(self) -> None:
        """Nothing has come."""
        self._held = bytearray()

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """The messages that are whole with this piece."""
        self._held += piece
        while len(self._held) >= _LENGTH.size:
            end = _LENGTH.size + _LENGTH.unpack_from(self._held)[0]
            if len(self._held) < end:
                return
            body = bytes(self._held[_LENGTH.size : end])
            del self._held[:end]
            yield body
