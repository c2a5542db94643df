"""Where reports may go and how they get there; what a worker says to a schedule; books of schedules in a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.errors import ConfigError, NotFoundError, ReportError
from driftline.schedules.book import add_new, schedule_named
from driftline.schedules.changes import stopped
from driftline.schedules.local import FolderBook
from driftline.schedules.outputs import output_of
from driftline.schedules.report import execution_of, report_files
from driftline.schedules.store import FolderStore, RemoteStore, open_store
from driftline.schedules.verify import Ground, answer_to
from support.schedules import HOUR, NOON, hourly, window_of

ALLOWED = ["/srv/reports", "s3://bucket/mm"]


@pytest.mark.parametrize(
    ("wanted", "place"),
    [
        ("", "/srv/reports"),
        ("/srv/reports", "/srv/reports"),
        ("/srv/reports/a/", "/srv/reports/a"),
        ("file:///srv/reports/a", "/srv/reports/a"),
        ("s3://bucket/mm", "s3://bucket/mm"),
        ("s3://bucket/mm/./a//b/", "s3://bucket/mm/a/b"),
    ],
)
def test_what_is_allowed_or_below_it_is_taken(wanted: str, place: str) -> None:
    assert output_of(wanted, ALLOWED) == place


@pytest.mark.parametrize(
    "wanted",
    [
        "/etc",
        "/srv/reports/../x",
        "/srv/reports-2",
        "s3://bucket",
        "s3://bucket/mmm",
        "s3://bucket/mm/../x",
        "gs://bucket/mm",
        "reports",
        "S3://bucket/mm",
    ],
)
def test_any_other_place_is_refused_with_the_remedy(wanted: str) -> None:
    with pytest.raises(ConfigError, match=r"one of /srv/reports, s3://bucket/mm, or below, got .*\[reports\] outputs"):
        output_of(wanted, ALLOWED)


@given(st.lists(st.sampled_from(["..", ".", "a", "", "b"]), max_size=8))
def test_no_path_leads_out_of_what_is_allowed(parts: list[str]) -> None:
    for base in ALLOWED:
        try:
            place = output_of("/".join([base, *parts]), [base])
        except ConfigError:
            continue
        assert place == base or place.startswith(f"{base}/")
        assert ".." not in place.split("/")


def test_without_a_place_nothing_is_written() -> None:
    with pytest.raises(ConfigError, match="reports need a place; name it in the workers' configuration"):
        output_of("", [])


def test_a_report_written_twice_is_the_same_files(tmp_path: Path) -> None:
    files = report_files(window_of(NOON))
    store, folder = open_store(str(tmp_path / "a" / "b")), str(tmp_path / "a" / "b")
    store.write(folder, files)
    before = {path.name: path.stat().st_mtime_ns for path in Path(folder).iterdir()}
    store.write(folder, files)
    assert {path.name: path.stat().st_mtime_ns for path in Path(folder).iterdir()} == before
    assert {name: store.read(folder, name) for name in files} == files
    store.write(folder, {"statistics.json": b"other"})
    assert store.read(folder, "statistics.json") == b"other"
    assert sorted(path.name for path in Path(folder).iterdir()) == sorted(files), "nothing half written is left"


def test_a_folder_that_cannot_be_written_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ReportError, match=r"file/below must be written: .*Not a directory"):
        FolderStore().write(str(tmp_path / "file" / "below"), {"a": b""})
    with pytest.raises(ReportError, match=r"none/x must be read: .*No such file"):
        FolderStore().read(str(tmp_path / "none"), "x")


def test_an_object_store_takes_reports_like_a_folder() -> None:
    pytest.importorskip("fsspec")
    store = open_store("memory://reports")
    assert isinstance(store, RemoteStore)
    files = report_files(window_of(NOON))
    for _ in range(2):
        store.write("memory://reports/churn/2026/05", files)
    assert {name: store.read("memory://reports/churn/2026/05", name) for name in files} == files
    with pytest.raises(ReportError, match="memory://reports/none/x must be read"):
        store.read("memory://reports/none", "x")


def test_a_store_that_is_not_known_is_told_in_one_line() -> None:
    pytest.importorskip("fsspec")
    with pytest.raises(ReportError, match=r"report nowhere://x must be opened: .*[Pp]rotocol"):
        open_store("nowhere://x")


GROUND = Ground(windows=("1m", "1h"), outputs=("/srv/reports",), preprocess="flatten.py")

ANSWERS: dict[str, tuple[dict[str, Any], str]] = {
    "fine": ({}, ""),
    "a hook that there is": ({"preprocess": "flatten.py"}, ""),
    "once": ({"expression": "NOW", "analysis_start": "-PT1H", "analysis_end": "-PT0H"}, ""),
    "windows": (
        {"expression": "cron(0 0 ? * * *)"},
        'needs windows of "1d" of churn/1, which has 1m, 1h: add it to windows in [defaults] or [models."churn"] of every worker',
    ),
    "output": ({"output": "/etc"}, "reports must go to one of /srv/reports, or below, got '/etc'"),
    "hook": ({"postprocess": "x.py"}, "the schedule expects postprocess script 'x.py', the workers have none: [models"),
    "type": ({"monitoring_type": "ModelBias"}, "workers report DataQuality only, got ModelBias"),
}


@pytest.mark.parametrize(("fields", "reason"), ANSWERS.values(), ids=ANSWERS)
def test_a_worker_says_what_it_cannot_serve_and_what_to_do(fields: dict[str, Any], reason: str) -> None:
    answer = answer_to(hourly(**fields), GROUND)
    assert answer.status == ("Failed" if reason else "Scheduled")
    assert reason in answer.reason
    assert answer.revision == 1


def test_a_folder_keeps_schedules_and_executions(tmp_path: Path) -> None:
    book = FolderBook(tmp_path)
    assert (book.schedules(), book.executions()) == ({}, [])
    add_new(book, hourly())
    with pytest.raises(ConfigError, match="there is a schedule 'churn-hourly' already: driftline schedule update"):
        add_new(book, hourly())
    book.save(stopped(hourly(), NOON + 1))
    assert schedule_named(book, "churn-hourly").revision == 2
    assert book.answers()["churn-hourly"].status == "Scheduled"
    with pytest.raises(NotFoundError, match="no schedule 'other'; there are churn-hourly"):
        schedule_named(book, "other")
    made = [execution_of(hourly(), window_of(NOON + hours * HOUR), "/r") for hours in (2, 1, 2)]
    for execution in made:
        book.record(execution)
    assert [one.execution for one in book.executions("churn-hourly")] == [made[1], made[0]]
    assert book.executions("other") == []
    book.remove("churn-hourly")
    book.remove("churn-hourly")
    assert book.schedules() == {}
    assert len(book.executions()) == 2


def test_a_file_that_is_no_schedule_is_named(tmp_path: Path) -> None:
    (tmp_path / "schedules").mkdir()
    (tmp_path / "schedules" / "x.json").write_text("{")
    with pytest.raises(ReportError, match=r"x\.json must be a record of a schedule: a schedule must be decodable"):
        FolderBook(tmp_path).schedules()
