"""The oracle is worth something only if it finds what is wrong: the real engine with one rule broken is caught each time."""

from __future__ import annotations

from pathlib import Path

import pytest

from driftline.baseline import load
from driftline.contracts.log import LogRecord
from driftline.engine.ledger import LogState
from oracle.capture import Record
from oracle.compare import Report, compare, tally
from oracle.ledger import Source
from oracle.offline import recompute
from oracle.setup import load_baseline
from support import served
from support.baselines import two_of_churn
from support.in_memory import TOPIC
from support.offline_run import OfflineRun, Results, the_same_setup
from support.sabotage import CAUGHT_AS, SABOTAGES

PARTITIONS = 2
END = served.START + 3 * 3_600_000
Records = dict[Source, list[Record]]


@pytest.fixture(scope="module")
def baselines(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two versions of one baseline: of ordinary rows, and of rows as they are in minutes 10 to 13."""
    return two_of_churn(tmp_path_factory.mktemp)


@pytest.fixture(scope="module")
def records() -> list[Records]:
    """Two halves; the second baseline is published between them."""
    found: list[Records] = [{}, {}]
    for partition in range(PARTITIONS):
        values = [value for _, value in served.events(partition, range(20), 60)] + [served.closing(END)]
        place = (TOPIC, partition)
        whole = [Record(*place, offset, value) for offset, value in enumerate(values)]
        found[0][place], found[1][place] = whole[:600], whole[600:]
    return found


def product(halves: list[Records], folders: list[Path]) -> Results:
    run = OfflineRun(PARTITIONS, END, seed=3, unrest=0.2)
    for half, folder in zip(halves, folders, strict=True):
        run.announce(folder)
        run.feed(half)
    return run.results()


def in_force(log: list[LogRecord]) -> list[int]:
    """From when on each baseline judges, by the rules as they are."""
    state = LogState()
    for offset, record in enumerate(log):
        state.apply(offset, record)
    return [entry.effective for entry in state.line("churn", "1").baselines]


def report_of(results: Results, times: list[int], halves: list[Records], folders: list[Path]) -> Report:
    setup = the_same_setup()
    lines = [load_baseline(folder, load(folder).id) for folder in folders]
    setup.lines["churn", "1"] = [(float(time), line) for time, line in zip(times, lines, strict=True)]
    whole = {place: halves[0][place] + halves[1][place] for place in halves[0]}
    return compare(recompute(setup, whole), results.statistics, results.violations, results.letters)


def test_an_honest_build_is_clean(records: list[Records], baselines: list[Path]) -> None:
    results = product(records, baselines)
    report = report_of(results, in_force(results.log), records, baselines)
    assert report.is_clean, str(report)
    assert report.compared > 150


@pytest.mark.parametrize("name", SABOTAGES)
def test_a_sabotaged_build_is_caught(
    name: str, records: list[Records], baselines: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        SABOTAGES[name](patch.setattr)
        results = product(records, baselines)
    report = report_of(results, in_force(results.log), records, baselines)
    print(report)
    kind = CAUGHT_AS[name]
    assert tally(report)[kind], str(report)
    named = [entry for entry in report.found[kind] if f" of {TOPIC}[" in entry or "of no record" in entry]
    assert named == report.found[kind], "each is named with its offsets"
