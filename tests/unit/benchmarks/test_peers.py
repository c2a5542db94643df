"""A peer's line is read or refused; what can't run is said; the catalogue and the folder agree."""

import json
from pathlib import Path

import pytest
from bench_peers import figures, measure, show
from peers import environments
from peers.catalogue import PEERS
from peers.environments import SkippedError
from peers.running import PeerRun, read_line

FOLDER = Path(environments.__file__).parent
LINE = json.dumps({"events": 100, "windows": 2, "seconds": 0.5, "cpu": 0.25, "alarms": 0})


def test_the_last_line_counts_whatever_a_package_said_before() -> None:
    assert read_line(f"hello\n{{}}\n{LINE}\n", "a warning", 100) == PeerRun(100, 2, 0.5, 0.25)


@pytest.mark.parametrize(
    ("out", "errors", "why"),
    [
        ("", "Traceback\nImportError: no module", "failed: ImportError: no module"),
        ("", "", "failed: without a word"),
        (LINE, "", "failed: read 100 of 200 events"),
    ],
)
def test_a_peer_that_failed_is_skipped_with_its_reason(out: str, errors: str, why: str) -> None:
    with pytest.raises(SkippedError, match=why):
        read_line(out, errors, 200)


def test_one_that_cannot_run_is_asked_once_and_is_in_the_table_with_its_reason() -> None:
    asked: list[str] = []

    def absent() -> PeerRun:
        asked.append("quix")
        raise SkippedError("not installed")

    def run() -> PeerRun:
        return PeerRun(100, 2, 0.5, 0.25)

    runs, skipped = measure("here", {"driftline": run, "bare": run, "quix": absent}, 3)
    assert asked == ["quix"]
    assert len(runs["driftline"]) == 3
    assert "skipped: not installed" in show(runs, skipped)
    assert figures(runs, skipped)["quix"] == {"skipped": "not installed"}


def test_the_table_says_how_far_ahead_the_worker_is() -> None:
    quick, slow = PeerRun(100, 1, 0.1, 0.1), PeerRun(100, 1, 0.4, 0.3)
    runs = {"driftline": [quick] * 3, "bare": [quick] * 3, "river": [slow] * 3}
    line = show(runs, {}).splitlines()[-1]
    assert "4.00 x" in line
    assert "3.00 x" in line
    assert figures(runs, {})["river"] == {
        "events_per_second": pytest.approx(250.0),
        "cpu_us": pytest.approx(3000.0),
        "driftline_faster": pytest.approx(4.0),
        "driftline_cheaper": pytest.approx(3.0),
    }


def test_every_peer_has_its_job_and_its_pins() -> None:
    jobs = {path.stem for path in (FOLDER / "jobs").glob("*.py")} - {"common", "columns"}
    assert {peer.job for peer in PEERS} == jobs
    assert {peer.environment for peer in PEERS} == {path.stem for path in (FOLDER / "requirements").glob("*.txt")}
    for path in (FOLDER / "requirements").glob("*.txt"):
        lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
        assert all("==" in line for line in lines), path.name


def test_no_job_imports_driftline() -> None:
    for path in (FOLDER / "jobs").glob("*.py"):
        assert "import driftline" not in path.read_text()
        assert "from driftline" not in path.read_text()


def test_what_is_not_installed_says_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environments, "BUILD", tmp_path)
    with pytest.raises(SkippedError, match="--install"):
        environments.python_of("river")


def test_an_environment_for_other_requirements_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environments, "BUILD", tmp_path)
    (tmp_path / "river").mkdir()
    (tmp_path / "river" / environments.STAMP).write_text("of last year")
    with pytest.raises(SkippedError, match="not installed"):
        environments.python_of("river")


def test_a_program_that_is_no_python_is_no_candidate(tmp_path: Path) -> None:
    assert environments.version_of(str(tmp_path / "nothing")) == ""
    assert environments.version_of("false") == ""
