"""The model server: a least-squares regression of the delay on arrival, fitted on January.

It knows what is known at the gate: the delay on departure, the distance, the carrier and the airport. It has no answer
(None) for a flight whose delay on departure is unknown, as those that never left: any number would be made up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from driftline.demo.flights import Flight, flights_of


@dataclass(frozen=True, slots=True)
class Regression:
    """Minutes of delay on arrival: a constant, two slopes, and what each carrier and airport adds to the first of its kind."""

    constant: float
    per_minute: float
    per_mile: float
    carriers: Mapping[str, float]
    origins: Mapping[str, float]

    def answer(self, flight: Flight) -> float | None:
        """The predicted delay in minutes, to a tenth; None without a delay on departure. An unknown carrier adds nothing."""
        values = flight.features
        delay, distance = values["dep_delay"], values["distance"]
        if not isinstance(delay, int | float) or not isinstance(distance, int | float):
            return None
        known = self.constant + self.per_minute * delay + self.per_mile * distance
        added = self.carriers.get(str(values["carrier"]), 0.0) + self.origins.get(str(values["origin"]), 0.0)
        return round(known + added, 1)


def fit(frame: Any) -> Regression:  # noqa: ANN401 - pandas has no types
    """Least squares over the flights that have both delays."""
    known = frame[frame.dep_delay.notna() & frame.arr_delay.notna()]
    carriers, origins = (sorted(known[name].unique().tolist())[1:] for name in ("carrier", "origin"))
    columns = [np.ones(len(known)), known.dep_delay.to_numpy(float), known.distance.to_numpy(float)]
    columns += [(known.carrier == one).to_numpy(float) for one in carriers]
    columns += [(known.origin == one).to_numpy(float) for one in origins]
    found, *_ = np.linalg.lstsq(np.column_stack(columns), known.arr_delay.to_numpy(float), rcond=None)
    constant, per_minute, per_mile, *rest = (float(weight) for weight in found)
    split = len(carriers)
    return Regression(
        constant,
        per_minute,
        per_mile,
        dict(zip(carriers, rest[:split], strict=True)),
        dict(zip(origins, rest[split:], strict=True)),
    )


def answers(model: Regression, frame: Any) -> list[float | None]:  # noqa: ANN401
    """The answers to a whole frame, in its order."""
    return [model.answer(flight) for flight in flights_of(frame)]
