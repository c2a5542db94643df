import pytest
from prometheus_client import generate_latest
from prometheus_client.openmetrics.exposition import generate_latest as generate_openmetrics

from driftline.exporter import WorkerMetrics
from driftline.exporter.worker import MAX_EXEMPLAR_LENGTH, RESULTS, SEVERITIES
from driftline.health import Condition

SOURCE = {"topic": "captures", "partition": "3"}


def value(worker: WorkerMetrics, name: str, **labels: str) -> float | None:
    return worker.registry.get_sample_value(name, labels)


def test_a_source_is_shown_with_noughts_from_its_first_moment() -> None:
    worker = WorkerMetrics()
    worker.add_source("captures", 3)
    for result in RESULTS:
        assert value(worker, "driftline_records_total", **SOURCE, result=result) == 0
        assert value(worker, "driftline_rows_total", **SOURCE, result=result) == 0
    assert value(worker, "driftline_source_holds_back", **SOURCE) == 0
    assert value(worker, "driftline_watermark_timestamp_seconds", **SOURCE) is None


def test_the_ledger_adds_up() -> None:
    worker = WorkerMetrics()
    worker.count_records("captures", 3, {"accepted": 5, "late": 1})
    worker.count_records("captures", 3, {"accepted": 2})
    worker.count_rows("captures", 3, {"rejected": 4})
    assert value(worker, "driftline_records_total", **SOURCE, result="accepted") == 7
    assert value(worker, "driftline_records_total", **SOURCE, result="late") == 1
    assert value(worker, "driftline_rows_total", **SOURCE, result="rejected") == 4
    with pytest.raises(KeyError, match="one of accepted, rejected, late, duplicate, ignored, got lost"):
        worker.count_records("captures", 3, {"lost": 1})


def test_a_lost_source_leaves_nothing_behind() -> None:
    worker = WorkerMetrics()
    for partition in (3, 4):
        worker.add_source("captures", partition)
        worker.set_lag("captures", partition, 7)
        worker.set_watermark("captures", partition, 1_500)
        worker.set_holds_back("captures", partition, holds_back=True)
    worker.remove_source("captures", 3)
    worker.remove_source("captures", 99)
    text = generate_latest(worker.registry).decode()
    assert 'partition="3"' not in text
    other = {"topic": "captures", "partition": "4"}
    assert value(worker, "driftline_consumer_lag_records", **other) == 7
    assert value(worker, "driftline_watermark_timestamp_seconds", **other) == 1.5
    assert value(worker, "driftline_source_holds_back", **other) == 1


def test_a_violation_carries_its_id_as_an_exemplar() -> None:
    worker = WorkerMetrics()
    worker.expect_violations("fraud", "v1", ["baseline_drift_check"])
    labels = {"model": "fraud", "version": "v1", "check": "baseline_drift_check"}
    assert [value(worker, "driftline_violations_total", **labels, severity=s) for s in SEVERITIES] == [0, 0, 0]
    worker.count_violation("fraud", "v1", "baseline_drift_check", "warning", "ab" * 16)
    assert value(worker, "driftline_violations_total", **labels, severity="warning") == 1
    assert f'1.0 # {{violation_id="{"ab" * 16}"}} 1.0' in generate_openmetrics(worker.registry).decode()


def test_an_id_too_long_for_an_exemplar_is_cut() -> None:
    worker = WorkerMetrics()
    worker.count_violation("fraud", "v1", "volume_check", "critical", "x" * 1000)
    assert f'"{"x" * MAX_EXEMPLAR_LENGTH}"' in generate_openmetrics(worker.registry).decode()


def test_a_departed_model_leaves_no_violations_behind() -> None:
    worker = WorkerMetrics()
    for version in ("v1", "v2"):
        worker.count_violation("fraud", version, "volume_check", "critical", "id")
    worker.remove_model("fraud", "v1")
    text = generate_latest(worker.registry).decode()
    assert 'version="v1"' not in text
    assert 'version="v2"' in text


def test_events_of_all_kinds_are_counted() -> None:
    worker = WorkerMetrics("1.2.3")
    worker.count_deadletter("type", 3)
    worker.count_log_record("delta", "zombie")
    worker.count_overflow("categories", 2)
    worker.observe_window_to_violation(0.8)
    assert value(worker, "driftline_deadletters_total", reason="type") == 3
    assert value(worker, "driftline_log_records_total", kind="delta", result="zombie") == 1
    assert value(worker, "driftline_overflows_total", what="categories") == 2
    assert value(worker, "driftline_window_to_violation_seconds_bucket", le="0.75") == 0
    assert value(worker, "driftline_window_to_violation_seconds_bucket", le="1.0") == 1
    assert value(worker, "driftline_build_info", release="1.2.3") == 1


def test_the_process_is_shown_and_creation_times_are_not() -> None:
    worker = WorkerMetrics()
    worker.add_source("captures", 3)
    text = generate_openmetrics(worker.registry).decode()
    assert "process_resident_memory_bytes" in text
    assert "_created" not in text


def test_two_workers_in_one_process_do_not_share_a_registry() -> None:
    one, other = WorkerMetrics(), WorkerMetrics()
    one.count_deadletter("type")
    assert value(other, "driftline_deadletters_total", reason="type") is None


def test_a_source_is_in_one_condition_and_its_lag_is_shown_while_it_is_known() -> None:
    worker = WorkerMetrics()
    worker.set_condition("captures", 3, Condition.SLOW)
    worker.set_condition("captures", 3, Condition.UNREACHABLE)
    shown = {one: value(worker, "driftline_source_condition", **SOURCE, condition=one) for one in Condition}
    assert shown == {one: float(one is Condition.UNREACHABLE) for one in Condition}
    worker.set_lag("captures", 3, 7)
    worker.set_lag("captures", 3, None)
    assert value(worker, "driftline_consumer_lag_records", **SOURCE) is None
    worker.remove_source("captures", 3)
    assert value(worker, "driftline_source_condition", **SOURCE, condition="slow") is None


def test_since_when_kafka_is_silent_can_be_read() -> None:
    worker = WorkerMetrics()
    worker.set_kafka(up=False, answered_ms=1_500)
    assert value(worker, "driftline_kafka_up") == 0
    assert value(worker, "driftline_kafka_last_answer_timestamp_seconds") == 1.5
