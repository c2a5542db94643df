"""Cases of the alerts on driftline itself."""

from __future__ import annotations

from deploy.generate.cases import Case, at_worker

JOB = {"job": "driftline"}
TOPIC = {"topic": "captures"}
SOURCE = {**TOPIC, "partition": "0"}


def _records(result: str, course: str, what: str = "records") -> dict[str, str]:
    return {at_worker(f"driftline_{what}_total", **SOURCE, result=result): course}


def _executions(status: str, course: str) -> dict[str, str]:
    return {at_worker("driftline_executions_total", schedule="hourly", status=status): course}


def _lag(course: str, worker: str = "w1") -> dict[str, str]:
    return {at_worker("driftline_consumer_lag_records", worker, **SOURCE): course}


def _conditions(**courses: str) -> dict[str, str]:
    return {
        at_worker("driftline_source_condition", **SOURCE, condition=condition): course
        for condition, course in courses.items()
    }


CASES: dict[str, tuple[Case, ...]] = {
    "Down": (
        Case("the only worker does not answer", {at_worker("up"): "1x5 0x10"}, "12m", ({},)),
        Case("no worker is known at all", {'up{job="node",instance="n1"}': "1x20"}, "12m", ({},)),
        Case("one of two answers", {at_worker("up"): "1x20", at_worker("up", "w2"): "0x20"}, "12m"),
    ),
    "WorkerDown": (
        Case(
            "one of two does not answer",
            {at_worker("up"): "1x20", at_worker("up", "w2"): "0x20"},
            "12m",
            ({"instance": "w2", **JOB},),
        ),
        Case("all answer", {at_worker("up"): "1x20", at_worker("up", "w2"): "1x20"}, "12m"),
        Case("none answers: that is another alert", {at_worker("up"): "0x20"}, "12m"),
    ),
    "Lag": (
        Case(
            "ten minutes behind",
            {**_lag("60000x30"), **_records("accepted", "0+6000x30")},
            "25m",
            ({**JOB, **SOURCE},),
        ),
        Case(
            "nothing is read although there is much",
            {**_lag("5000x30"), **_records("accepted", "7x30")},
            "25m",
            ({**JOB, **SOURCE},),
        ),
        Case("half a minute behind", {**_lag("3000x30"), **_records("accepted", "0+6000x30")}, "25m"),
        Case("catching up", {**_lag("60000-8000x7 0x20"), **_records("accepted", "0+12000x30")}, "25m"),
        Case("a few records of a quiet topic", {**_lag("20x30"), **_records("accepted", "7x30")}, "25m"),
    ),
    "SourceStuck": (
        Case(
            "for long enough", _conditions(stuck="1x20", slow="0x20"), "12m", ({**JOB, **SOURCE, "condition": "stuck"},)
        ),
        Case("only for a while", _conditions(stuck="0x5 1x3 0x12", slow="0x20"), "12m"),
        Case("slow is not stuck", _conditions(stuck="0x20", slow="1x20"), "12m"),
    ),
    "KafkaDown": (
        Case(
            "no worker is answered",
            {at_worker("driftline_kafka_up", w): "1x5 0x10" for w in ("w1", "w2")},
            "12m",
            (JOB,),
        ),
        Case(
            "one of two is answered",
            {at_worker("driftline_kafka_up"): "0x20", at_worker("driftline_kafka_up", "w2"): "1x20"},
            "12m",
        ),
        Case("no worker is there: that is another alert", {at_worker("up"): "0x20"}, "12m"),
    ),
    "DeadLetters": (
        Case(
            "five in a hundred records",
            {**_records("accepted", "0+570x20"), **_records("rejected", "0+30x20")},
            "15m",
            ({**JOB, **TOPIC},),
        ),
        Case(
            "all records are read, but many of their rows are not",
            {
                **_records("accepted", "0+100x20"),
                **_records("rejected", "0x20"),
                **_records("accepted", "0+900x20", "rows"),
                **_records("rejected", "0+100x20", "rows"),
            },
            "15m",
            ({**JOB, **TOPIC},),
        ),
        Case(
            "one in a thousand",
            {**_records("accepted", "0+999x20"), **_records("rejected", "0+1x20")},
            "15m",
        ),
        Case("late is not unreadable", {**_records("accepted", "0+5x20"), **_records("late", "0+95x20")}, "15m"),
        Case("nothing comes", {**_records("accepted", "0x20"), **_records("rejected", "0x20")}, "15m"),
    ),
    "SeriesDropped": (
        Case(
            "some are kept out", {at_worker("driftline_series_refused"): "12x30"}, "25m", ({**JOB, "instance": "w1"},)
        ),
        Case("none is kept out any more", {at_worker("driftline_series_refused"): "12x10 0x20"}, "25m"),
    ),
    "ReportsFailed": (
        Case("the first", _executions("Failed", "_x5 1x20"), "20m", ({"schedule": "hourly"},)),
        Case("one more", _executions("Failed", "3x30 4x60"), "50m", ({"schedule": "hourly"},)),
        Case("they are long past", _executions("Failed", "3x180"), "2h"),
        Case("violations are no failures", _executions("CompletedWithViolations", "0+1x60"), "50m"),
    ),
    "LogOutOfOrder": (
        Case(
            "one",
            {at_worker("driftline_log_records_total", kind="delta", result="out_of_order"): "0x5 1x20"},
            "10m",
            ({**JOB, "kind": "delta", "result": "out_of_order"},),
        ),
        Case(
            "duplicates and zombies are everyday things",
            {
                at_worker("driftline_log_records_total", kind="delta", result="duplicate"): "0+1x20",
                at_worker("driftline_log_records_total", kind="delta", result="zombie"): "0+1x20",
            },
            "10m",
        ),
    ),
}
