"""How code of the user's own fares, for probes and people."""

from __future__ import annotations

import msgspec


class HookHealth(msgspec.Struct, frozen=True, kw_only=True):
    """One hook as of now: ``results`` counts records (of a check or a postprocess script: runs), ``error`` is the last one."""

    model: str
    hook: str
    code: str
    results: dict[str, int]
    restarts: int = 0
    error: str = ""
    trace: str = ""

    def in_public(self) -> HookHealth:
        """The counts alone, for those who may not know names of models, or what an error quotes."""
        return msgspec.structs.replace(self, model="", code="", error="", trace="")

    def text(self) -> str:
        """The hook in lines, the last error and its traceback below."""
        counts = ", ".join(f"{count} {result}" for result, count in self.results.items())
        named = f" {self.code} of {self.model}" if self.model else ""
        head = f"{self.hook}{named}: {counts}, {self.restarts} restarts"
        lines = [f"last error: {self.error}", *self.trace.splitlines()] if self.error else []
        return "\n".join([head, *(f"  {line}" for line in lines)])
