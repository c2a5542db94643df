"""One run of a peer's job in its environment."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from peers.catalogue import Peer
from peers.environments import SkippedError, python_of

HERE = Path(__file__).parent
PATIENCE = 300.0
NO_TELEMETRY = {"DO_NOT_TRACK": "1", "NML_DISABLE_USAGE_LOGGING": "1", "WHYLOGS_NO_ANALYTICS": "True"}


@dataclass(frozen=True)
class Place:
    """The topic to read, and the reference rows."""

    bootstrap: str
    topic: str
    partitions: int
    events: int
    reference: str


@dataclass(frozen=True)
class PeerRun:
    """So many events and windows in so many seconds of wall and CPU time, all threads of the process."""

    events: int
    windows: int
    seconds: float
    cpu: float

    @property
    def wall_us(self) -> float:
        """Microseconds an event by the clock."""
        return self.seconds / self.events * 1e6

    @property
    def cpu_us(self) -> float:
        """Microseconds of CPU time an event."""
        return self.cpu / self.events * 1e6


def run_peer(peer: Peer, place: Place) -> PeerRun:
    """Start its job and wait for its line. Raises SkippedError when it can't be installed or ends without one."""
    task = json.dumps(vars(place))
    command = [
        str(python_of(peer.environment)),
        "-W",
        "ignore",
        str(HERE / "jobs" / f"{peer.job}.py"),
        task,
        *peer.arguments,
    ]
    try:
        done = subprocess.run(
            command, check=False, capture_output=True, text=True, timeout=PATIENCE, env=os.environ | NO_TELEMETRY
        )
    except subprocess.TimeoutExpired:
        raise SkippedError(f"not done within {PATIENCE:.0f} s") from None
    return read_line(done.stdout, done.stderr, place.events)


def read_line(out: str, errors: str, events: int) -> PeerRun:
    """What a job said. Raises SkippedError with its last complaint when it said nothing, or read other events than it had to."""
    lines = [line for line in out.splitlines() if line.startswith("{")]
    if not lines:
        complaints = errors.strip().splitlines()
        raise SkippedError(f"failed: {complaints[-1][:160] if complaints else 'without a word'}")
    said = json.loads(lines[-1])
    if said["events"] != events:
        raise SkippedError(f"failed: read {said['events']} of {events} events")
    return PeerRun(said["events"], said["windows"], said["seconds"], said["cpu"])
