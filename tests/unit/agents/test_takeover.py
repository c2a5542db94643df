"""A shard whose snapshot cannot be read just now is taken over later; the worker ends only when that goes on for minutes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from driftline.agents import shard, verdict
from driftline.agents.shard import TAKE_OVER_PATIENCE, TAKE_OVER_PAUSE, ShardKeeper
from driftline.agents.verdict import VerdictService
from driftline.errors import BrokerError, ProtocolError


class Reader:
    """Takes the place of a reader of the log, or of payloads."""

    def __init__(self) -> None:
        self.is_open = True

    def close(self) -> None:
        self.is_open = False


class Stand:
    """A keeper whose ``of_shard`` fails as told, the service around it, and what they have opened."""

    def __init__(self, of_shard: Callable[[int], dict[bytes, bytes]], monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        self.readers: list[Reader] = []
        context: Any = SimpleNamespace(
            snapshots=SimpleNamespace(of_shard=of_shard), log_reader=self._open, payload_reader=lambda _: self._open()
        )
        self.keeper = ShardKeeper(context, SimpleNamespace(), 1)  # type: ignore[arg-type]
        self.service: Any = SimpleNamespace(_new=[], log=logging.getLogger("test"))
        monkeypatch.setattr(verdict, "monotonic", lambda: self.now)
        monkeypatch.setattr(shard, "monotonic", lambda: self.now)

    def _open(self) -> Reader:
        self.readers.append(Reader())
        return self.readers[-1]

    def take_over(self) -> list[ShardKeeper]:
        """One attempt; the keepers that are to try again."""
        self.service._new = []
        asyncio.run(VerdictService._take_over(self.service, self.keeper))
        waiting: list[ShardKeeper] = self.service._new
        return waiting


def unreadable(_shard: int) -> dict[bytes, bytes]:
    raise BrokerError("topic 'snapshots' must be readable: unknown partition")


def test_it_is_tried_again_until_patience_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    stand = Stand(unreadable, monkeypatch)
    for _ in range(int(TAKE_OVER_PATIENCE / TAKE_OVER_PAUSE) + 1):
        assert stand.take_over() == [stand.keeper]
        assert stand.keeper.not_before == stand.now + TAKE_OVER_PAUSE
        stand.now = stand.keeper.not_before
    with pytest.raises(BrokerError, match="unknown partition"):
        stand.take_over()
    assert not any(reader.is_open for reader in stand.readers)


def test_one_that_was_let_go_meanwhile_is_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def revoked(_shard: int) -> dict[bytes, bytes]:
        stand.keeper.close()
        raise BrokerError("gone")

    stand = Stand(revoked, monkeypatch)
    assert stand.take_over() == []
    assert not any(reader.is_open for reader in stand.readers)


def test_what_no_patience_helps_against_ends_the_worker_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def hole(_shard: int) -> dict[bytes, bytes]:
        raise ProtocolError("a hole in the log")

    with pytest.raises(ProtocolError, match="a hole"):
        Stand(hole, monkeypatch).take_over()
