"""The answers to probes, as plain words and as values for programs."""

from __future__ import annotations

import msgspec

from driftline.health.hooks import HookHealth


class PartHealth(msgspec.Struct, frozen=True, kw_only=True):
    """One loop or agent: pieces of work in its hands, and seconds since it last finished one."""

    name: str
    stuck: bool
    pending: int
    seconds: float
    text: str


class SourceHealth(msgspec.Struct, frozen=True, kw_only=True):
    """One source of this worker: ``position`` is the next offset to read, ``end`` the next to be written, as last told."""

    topic: str
    partition: int
    phase: str
    condition: str
    seconds: float
    why: str = ""
    position: int | None = None
    end: int | None = None
    lag: int | None = None

    def text(self) -> str:
        """One line."""
        read = "not being read" if self.position is None else f"read to {self.position}"
        end = "" if self.end is None else f" of {self.end}"
        return f"{self.topic}[{self.partition}] {self.phase}, {read}{end}: {self.condition} ({self.why})"


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a probe; ``reasons`` say what is missing, one phrase each; empty when ``ok``."""

    ok: bool = True
    reasons: tuple[str, ...] = ()
    parts: tuple[PartHealth, ...] = ()
    sources: tuple[SourceHealth, ...] = ()
    hooks: tuple[HookHealth, ...] = ()

    def text(self) -> str:
        """The answer in lines: the verdict, the reasons, then every part, source and hook."""
        reasons = [f"- {reason}" for reason in self.reasons]
        parts = [part.text for part in self.parts]
        told = [*parts, *(one.text() for one in self.sources), *(one.text() for one in self.hooks)]
        return "\n".join(["ok" if self.ok else "not ok", *reasons, *told]) + "\n"
