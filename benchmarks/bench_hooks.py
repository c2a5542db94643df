"""What a preprocess script costs: SageMaker captures decoded as they are, and after a script of the guide's own kind.

"as they are" is what the worker does without a script. With one, the worker hands batches of 1,000 to its processes and
decodes what comes back. CPU time is the worker's alone; the script's processes have theirs beside it. Ratios are medians of
interleaved rounds.

Usage: python benchmarks/bench_hooks.py [rounds]
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench_decode_fold import batches
from tables import cheaper_by_cpu, faster_by_clock, middle, table
from workload import MODEL, Ground, sagemaker_csv

from driftline.config import Config, HookConfig, ModelConfig
from driftline.contracts.capture import CaptureTopic, RawBatch
from driftline.hooks.preprocess import Preprocessor

EVENTS = 10_000
SCRIPT = """
def preprocess_handler(inference_record):
    input_data = inference_record.endpoint_input.data
    output_data = inference_record.endpoint_output.data.rstrip("\\n")
    data = output_data + "," + input_data
    return {str(i).zfill(20): d for i, d in enumerate(data.split(","))}
"""
"""The developer guide's first example."""


@dataclass(frozen=True)
class Run:
    """Microseconds an event."""

    wall_us: float
    cpu_us: float


def run(ground: Ground, work: list[RawBatch], made: Callable[[RawBatch], RawBatch]) -> Run:
    """One round over all batches."""
    began, spent = time.perf_counter(), time.process_time()
    for batch in work:
        found = ground.decoding.decode(made(batch))
        assert not found.rejects, "a benchmark's records must be fine"
    spent = time.process_time() - spent
    return Run((time.perf_counter() - began) / EVENTS * 1e6, spent / EVENTS * 1e6)


def main(rounds: int) -> None:
    rng = random.Random(3)
    work = batches([sagemaker_csv(number, rng) for number in range(EVENTS)], 1000)
    topics = {"captures": CaptureTopic("captures")}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "preprocess.py")
        path.write_text(SCRIPT)
        cases: dict[str, Callable[[RawBatch], RawBatch]] = {"as they are": lambda batch: batch}
        scripts = []
        for count in (1, 2):
            hooks = HookConfig(preprocess=str(path), processes=count)
            scripts.append(Preprocessor(Config(models={MODEL: ModelConfig(hooks=hooks)}), topics))
            scripts[-1].start()
            cases[f"{count} processes" if count > 1 else "1 process"] = scripts[-1].transform
        ground = Ground("captures")
        found: dict[str, list[Run]] = {name: [] for name in cases}
        for number in range(rounds + 1):
            for name, made in cases.items():
                taken = run(ground, work, made)
                if number:
                    found[name].append(taken)
        for each in scripts:
            each.close()
    base = found["as they are"]
    rows = [
        (
            name,
            f"{middle([one.wall_us for one in runs]):.1f}",
            f"{middle([one.cpu_us for one in runs]):.1f}",
            f"{faster_by_clock(base, runs):.2f}",
            f"{cheaper_by_cpu(base, runs):.2f}",
        )
        for name, runs in found.items()
    ]
    print(table(("decoding 25 columns", "us", "worker's CPU us", "times as long", "times the CPU"), rows))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
