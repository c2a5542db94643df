"""The sequential lane: beside the windows, two detectors a feature look for slow drift from pane to pane.

What goes in is the pane's mean as a distance from the baseline's mean in baseline sigmas, times sqrt(min(n, CAP)): under
the null that has unit variance for up to CAP rows and less beyond (so that busy panes do not turn trifles into alarms; a
unit is then 1/8 sigma). river's detectors are tuned for about this scale and blind or hysterical on any other. ADWIN and
Page-Hinkley both compare the stream with its own past: what was there from the start is the windows' affair.

1. Inputs are rounded to 1/1024 and clipped at +-31.99 before anything sees them: what is kept is exactly what was fed.
2. After EPOCH panes all detectors start afresh. The inputs of the epoch *are* the state; restoring feeds them again.
3. A pane without the feature has no input. NaN never reaches river, which would be deaf from then on.
4. An alarm is WATCH for HOLD panes. It opens no window and violates nothing.
5. A detector that fails is UNKNOWN until the epoch ends. river's Rust parts raise BaseException.

This is the only module that imports river.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from river import drift

from driftline.errors import DriftlineError
from driftline.judging.budget import DEFAULT, Budget
from driftline.judging.states import Reading, State

SEQUENTIAL: Final = "sequential_drift_check"

EPOCH: Final = 512
"""Panes after which detectors start afresh: bounds the state to 1 KiB a feature and a restart to 1,024 updates."""

CAP: Final = 64
"""Rows of a pane that count: 1 / sqrt(64) = 1/8 sigma is half of the shift (1/4) that drift of 0.1 amounts to."""

HOLD: Final = 30
"""Panes that an alarm is shown for; chosen, because half an hour of one-minute panes is seen by a scrape and by a person."""

ALLOWANCE: Final = 0.5
"""Page's allowance: half of the smallest shift looked for, one unit (Page 1954, Biometrika 41, 100)."""

WARM_UP: Final = 8
"""Panes before Page-Hinkley may alarm: its own mean has to settle first."""

ADWIN_DELTA: Final = 0.002
"""river's default: no alarm in 300,000 panes of standard normal input, measured at this clock."""

ADWIN_CLOCK: Final = 8
"""Panes between two looks of ADWIN."""

_RIVER: Final[Any] = drift  # river's methods have no types
_STEPS: Final = 1024.0
_TOP: Final = 32_767
_NONE: Final = -32_768


@dataclass
class _Detectors:
    """ADWIN and Page-Hinkley of one feature. ``since`` counts panes since the last alarm; None: there was none."""

    threshold: float
    since: int | None = None
    alarms: int = 0
    failed: bool = False
    inputs: int = 0

    def __post_init__(self) -> None:
        self.adwin = _RIVER.ADWIN(delta=ADWIN_DELTA, clock=ADWIN_CLOCK)
        self.page = _RIVER.PageHinkley(min_instances=WARM_UP, delta=ALLOWANCE, threshold=self.threshold, alpha=1.0)

    def feed(self, step: int) -> None:
        """One pane; ``step`` is the input in 1/1024, or _NONE."""
        if self.since is not None:
            self.since += 1
        if step == _NONE or self.failed:
            return
        self.inputs += 1
        try:
            self.adwin.update(step / _STEPS)
            self.page.update(step / _STEPS)
            alarm = bool(self.adwin.drift_detected or self.page.drift_detected)
        except (KeyboardInterrupt, SystemExit, GeneratorExit):
            raise
        except BaseException:  # noqa: BLE001 - a Rust panic is no Exception, and may not take the judging down
            self.failed = True
            return
        if alarm:
            self.since, self.alarms = 0, self.alarms + 1

    def reading(self, feature: str) -> Reading:
        """WATCH for HOLD panes from an alarm on; ``observed`` is ADWIN's level in standard errors of a pane."""
        if self.failed or not self.inputs:
            reason = "the detector failed" if self.failed else "no values"
            return Reading(feature, SEQUENTIAL, State.UNKNOWN, limit=self.threshold, n=self.inputs, reason=reason)
        watch = self.since is not None and self.since < HOLD
        return Reading(
            feature,
            SEQUENTIAL,
            State.WATCH if watch else State.OK,
            observed=float(self.adwin.estimation),
            limit=self.threshold,
            n=self.inputs,
            reason="the level of the panes changed" if watch else "",
            details={"alarms": float(self.alarms), "width": float(self.adwin.width)},
        )


@dataclass
class SequentialLane:
    """The lane of one model and version under one baseline: ``key`` is its id, ``features`` the columns in order.

    Cost: 1 µs a feature and pane, 2 bytes a feature and pane of the epoch. Restoring feeds the epoch again, at first use.
    """

    key: str
    features: tuple[str, ...]
    pane_ms: int
    budget: Budget = DEFAULT
    _epoch: list[NDArray[np.int16]] = field(default_factory=list)
    _detectors: list[_Detectors] | None = None

    def observe(self, means: NDArray[np.float64], counts: NDArray[np.int64]) -> None:
        """A final pane, in the order of time. ``means`` (in baseline sigmas from its mean; NaN for none), ``counts`` rows.

        Both have one entry a feature. Panes without a row are left out by the caller.
        """
        detectors = self._ready()
        if len(self._epoch) == EPOCH:
            self._epoch.clear()
            detectors = self._detectors = self._fresh()
        steps = pane_steps(means, counts)
        self._epoch.append(steps)
        for detector, step in zip(detectors, steps.tolist(), strict=True):
            detector.feed(step)

    def readings(self) -> tuple[Reading, ...]:
        """One reading a feature, in order."""
        return tuple(d.reading(name) for name, d in zip(self.features, self._ready(), strict=True))

    @property
    def inputs(self) -> int:
        """The most inputs of this epoch that any feature has had."""
        return max((detector.inputs for detector in self._ready()), default=0)

    def newest(self, inputs: int) -> SequentialLane:
        """The lane as it would be if the epoch had begun later: so late that no feature has had more inputs than this."""
        rows = np.array(self._epoch, dtype=np.int16).reshape(len(self._epoch), len(self.features))
        after = np.cumsum((rows != _NONE)[::-1], axis=0).max(axis=1, initial=0)
        kept = int(np.searchsorted(after, inputs, side="right"))
        return SequentialLane(self.key, self.features, self.pane_ms, self.budget, list(self._epoch[len(rows) - kept :]))

    def to_state(self) -> dict[str, Any]:
        """The inputs of the running epoch, pane by pane, as little-endian int16."""
        values = b"".join(steps.astype("<i2").tobytes() for steps in self._epoch)
        return {"v": 1, "key": self.key, "features": list(self.features), "pane_ms": self.pane_ms, "values": values}

    @classmethod
    def from_state(cls, state: dict[str, Any], budget: Budget = DEFAULT) -> SequentialLane:
        """The lane behind :meth:`to_state`: the same alarms as if it had never stopped.

        Raises:
            DriftlineError: the state is of a version that this program does not know.

        """
        if state.get("v") != 1:
            raise DriftlineError(f"the state of a sequential lane must have version 1, got {state.get('v')!r}")
        features = tuple(state["features"])
        rows = np.frombuffer(state["values"], dtype="<i2").astype(np.int16).reshape(-1, max(1, len(features)))
        return cls(state["key"], features, state["pane_ms"], budget, list(rows))

    def _fresh(self) -> list[_Detectors]:
        threshold = self.budget.page_hinkley(len(self.features), self.pane_ms)
        return [_Detectors(threshold) for _ in self.features]

    def _ready(self) -> list[_Detectors]:
        """The detectors, fed with the epoch if they have just been restored."""
        if self._detectors is None:
            self._detectors = self._fresh()
            for steps in self._epoch:
                for detector, step in zip(self._detectors, steps.tolist(), strict=True):
                    detector.feed(step)
        return self._detectors


def pane_steps(means: NDArray[np.float64], counts: NDArray[np.int64]) -> NDArray[np.int16]:
    """The inputs of a pane in steps of 1/1024; -32768 where there is none.

    >>> pane_steps(np.array([0.5, -100.0, np.nan]), np.array([16, 1, 0])).tolist()
    [2048, -32767, -32768]
    """
    known = np.isfinite(means) & (counts > 0)
    inputs = np.where(known, means, 0.0) * np.sqrt(np.minimum(counts, CAP))
    steps = np.clip(np.rint(inputs * _STEPS), -_TOP, _TOP).astype(np.int16)
    steps[~known] = _NONE
    return steps
