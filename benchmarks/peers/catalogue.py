"""The peers: what each one is, how many events it is given, and what its job leaves out of driftline's."""

from __future__ import annotations

from dataclasses import dataclass

MANY, SOME, FEW = 1_000_000, 240_000, 30_000
"""Events of a run. Chosen: some seconds on a quiet core, and one window of 30,000 rows at least."""


@dataclass(frozen=True)
class Peer:
    """A job of ``jobs/`` in the environment of ``requirements/``; ``events`` of the topic are enough for it."""

    name: str
    title: str
    job: str
    environment: str
    events: int
    less: str
    arguments: tuple[str, ...] = ()
    real_only: str = ""
    """Why it can't read the embedded broker."""


LOOP = "its loop is ours: no group, no restart, nothing written"
PEERS = (
    Peer("numpy", "no package: orjson + numpy", "numpy_loop", "bytewax", MANY, f"{LOOP}; no late or bad records"),
    Peer(
        "quix",
        "Quix Streams 3.28.1",
        "quix_windows",
        "quixstreams",
        SOME,
        "at least once; windows of one partition each, not merged; the last one not judged; the topic keyed for it",
        real_only="asks the broker for topic settings, which the embedded one does not answer",
    ),
    Peer(
        "bytewax",
        "Bytewax 0.21.1, batches in numpy",
        "bytewax_windows",
        "bytewax",
        SOME,
        "nothing restored after a crash; partitions more than 5 minutes apart lose rows; nothing written",
    ),
    Peer("whylogs", "whylogs 1.6.4, track(DataFrame)", "whylogs_track", "whylogs", SOME, LOOP),
    Peer("whylogs-rows", "whylogs 1.6.4, track(row)", "whylogs_track", "whylogs", FEW, LOOP, ("rows",)),
    Peer("river", "river 0.26.1, each event", "river_events", "river", SOME, f"{LOOP}; no histograms"),
    Peer(
        "evidently",
        "Evidently 0.7.23, a report a window",
        "evidently_windows",
        "evidently",
        SOME,
        f"{LOOP}; keeps all rows",
    ),
    Peer("nannyml", "NannyML 0.13.1, chunks of a window", "nannyml_chunks", "nannyml", SOME, f"{LOOP}; keeps all rows"),
)
