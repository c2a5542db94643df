"""What the model server publishes of each flight: one capture in driftline's native envelope."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import msgspec

from driftline.demo.flights import MODEL, VERSION, Flight
from driftline.demo.server import Regression


@dataclass(frozen=True, slots=True)
class Capture:
    """A record for the captures topic."""

    key: bytes
    value: bytes


def captures(flights: Iterable[Flight], model: Regression) -> Iterator[Capture]:
    """Answer every flight and say what was asked and answered. The latency is the one that was measured."""
    encode = msgspec.json.Encoder().encode
    for flight in flights:
        began = time.perf_counter()
        prediction = model.answer(flight)
        latency = time.perf_counter() - began
        document: dict[str, object] = {
            "id": flight.id,
            "time": flight.time,
            "model": MODEL,
            "version": VERSION,
            "features": flight.features,
            "prediction": prediction,
            "latency": round(latency, 9),
            "status": 200,
        }
        if flight.tail is not None:
            document["entity"] = flight.tail
        yield Capture(flight.id.encode(), encode(document))
