"""Which plan to try first for a record: by its Kafka key, else by the model that it names. Only speed depends on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from driftline.contracts import envelope
from driftline.contracts.capture import CaptureTopic
from driftline.contracts.events import Event, Lookup
from driftline.contracts.plan import Plan
from driftline.contracts.shapes import SAGEMAKER_MARK, Shape, ShapeName, flat_shape, native_shape
from driftline.contracts.structs import is_plain
from driftline.errors import ContractError

Named = tuple[str, str]
PlanKey = tuple[ShapeName, str, str]
MAX_HINTS = 10_000
"""Kafka keys remembered; then all are forgotten. Chosen, because keys are often models and seldom more."""
MAX_PLANS = 4_096
"""Compiled plans kept, about 20 kB each; then the oldest are compiled anew when they come again."""
LEARN_AFTER = 8
"""Rows with an unknown name until it gets a field. Chosen, because compiling costs as much as reading 20 rows slowly."""
MAX_CANDIDATES = 1_000
"""Unknown names that are counted at a time, of one model."""
_ABSENT = msgspec.Raw()


class Plans:
    """Plans of one topic: compiled on first use, kept while the baseline is the same, widened by extra columns."""

    def __init__(self, topic: CaptureTopic, lookup: Lookup) -> None:
        """Nothing is compiled yet."""
        self._topic = topic
        self._lookup = lookup
        self._plans: dict[PlanKey, Plan] = {}
        self._hints: dict[bytes | None, PlanKey | None] = {}
        self._candidates: dict[Named, dict[str, int]] = {}
        self._learned: dict[Named, tuple[str, ...]] = {}
        self._peek = _peek_struct(topic)

    def hint(self, key: bytes | None) -> PlanKey | None:
        """The plan that fits all that was seen under a Kafka key; None if there is none or several do."""
        return self._hints.get(key)

    def learn_hint(self, key: bytes | None, found: set[PlanKey | None]) -> None:
        """All records of a key turned out to be for these plans."""
        if len(self._hints) >= MAX_HINTS and key not in self._hints:
            self._hints.clear()
        self._hints[key] = next(iter(found)) if len(found) == 1 else None

    def plan(self, key: PlanKey) -> Plan | None:
        """The plan of a shape, model and version under today's baseline; None without one, or if msgspec cannot.

        None too where Model Monitor's rules are in force: there the spelling of a value counts, which is lost in a struct.
        """
        shape_name, *named = key
        schema = self._lookup(*named)
        if schema is None or schema.monitor is not None:
            return None
        plan = self._plans.get(key)
        learned = self._learned.get((named[0], named[1]), ())
        if plan is None or plan.schema is not schema or plan.learned != learned:
            shape: Shape = native_shape(self._topic.keys) if shape_name == "native" else flat_shape(self._topic, schema)
            plan = Plan(self._topic, schema, shape, (named[0], named[1]), learned)
            while len(self._plans) >= MAX_PLANS:
                del self._plans[next(iter(self._plans))]
            self._plans[key] = plan
        return plan if plan.is_usable else None

    def peek(self, value: bytes) -> PlanKey | None:
        """The shape, model and version of a record at first sight; None if it needs a closer look. 0.4 us."""
        topic = self._topic
        try:
            found: Any = self._peek(value)
            model = envelope.model_name(_given(found.model), topic.model, topic.limits)
            version = envelope.version_name(_given(found.version), topic.version, topic.limits)
        except (ValueError, RecursionError, ContractError):
            return None
        if topic.format == "auto":
            return ("flat" if found.features is _ABSENT else "native", model, version)
        return ("flat" if topic.format == "flat" else "native", model, version)

    def learn_names(self, named: Named, events: Sequence[Event], extras: dict[str, int]) -> None:
        """Rows of a model that had to be read one by one carried these unknown names, some passed over, some extra."""
        counts = self._candidates.setdefault(named, {})
        for event in events:
            for name in event.passed:
                extras[name] = extras.get(name, 0) + 1
        for name, rows in extras.items():
            counts[name] = counts.get(name, 0) + rows
        known = self._learned.get(named, ())
        ripe = [name for name, rows in counts.items() if rows >= LEARN_AFTER and is_plain(name) and name not in known]
        if ripe:
            most = self._topic.limits.extras
            self._learned[named] = (*known, *ripe)[-most:]
            counts.clear()
        if len(counts) > MAX_CANDIDATES:
            counts.clear()


def _peek_struct(topic: CaptureTopic) -> Any:  # noqa: ANN401 - the decoder of a struct made at run time
    fields: list[tuple[str, Any, Any]] = [
        ("model", str | UnsetType | None, UNSET),
        ("version", str | int | UnsetType | None, UNSET),
    ]
    names = {"model": topic.keys.model, "version": topic.keys.version}
    if topic.format == "auto":
        fields += [("features", msgspec.Raw, _ABSENT), ("mark", UnsetType, UNSET)]
        names |= {"features": topic.keys.features, "mark": SAGEMAKER_MARK}
    return msgspec.json.Decoder(msgspec.defstruct("Peek", fields, rename=names, gc=False)).decode


def _given(value: object) -> object:
    return None if value is UNSET else value
