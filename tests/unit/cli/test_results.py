from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Literal

import pytest
from typer.testing import CliRunner

from driftline.broker.embedded import EmbeddedBroker
from driftline.broker.producer import DurableProducer
from driftline.broker.settings import producing
from driftline.cli.main import app
from driftline.config import KafkaConfig
from driftline.contracts.statistics import (
    CheckReading,
    Distance,
    FeatureStatistics,
    Ledger,
    Tally,
    WindowStatistics,
    encode_statistics,
)
from driftline.contracts.violation import SageMakerLine, Violation, Window, encode_violation

HOUR = 3_600_000


@pytest.fixture
def broker() -> Iterator[EmbeddedBroker]:
    with EmbeddedBroker({"driftline.violations": 1, "driftline.statistics": 1}) as started:
        yield started


def send(broker: EmbeddedBroker, topic: str, *values: bytes) -> None:
    producer = DurableProducer(producing(KafkaConfig(bootstrap=broker.bootstrap)))
    for value in values:
        producer.send(f"driftline.{topic}", value)
    producer.flush()


def run(broker: EmbeddedBroker, *arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, [*arguments, "--bootstrap", broker.bootstrap])
    return result.exit_code, result.stdout, result.stderr


def violation(
    kind: Literal["opened", "updated", "resolved"], hour: int, incident: str = "a" * 32, model: str = "churn"
) -> Violation:
    window = Window(label="1h", start=hour * HOUR, end=(hour + 1) * HOUR)
    return Violation(
        model=model,
        version="1",
        slice="",
        feature="age[years]",
        check="baseline_drift_check",
        kind=kind,
        state="OK" if kind == "resolved" else "VIOLATED",
        severity="warning",
        incident_id=incident,
        event_id=f"{hour:032x}",
        observed=0.25,
        limit=0.1,
        bound=0.25,
        n=1000,
        completeness=1.0,
        reason="linf_robust above its limit",
        details={},
        baseline_id="b" * 16,
        window=window,
        opened=window,
        windows=1,
        peak=0.25,
        baseline_histogram=None,
        window_histogram=None,
        onset=None,
        moved=(),
        offsets=(),
        reproduce="",
        sagemaker=SageMakerLine(feature_name="age", constraint_check_type="baseline_drift_check", description=""),
    )


def statistics(hour: int) -> WindowStatistics:
    reading = CheckReading(
        feature="age",
        check="baseline_drift_check",
        state="OK",
        observed=0.0,
        limit=0.1,
        bound=0.0,
        n=5,
        reason="",
        details={},
    )
    age = FeatureStatistics(
        name="age",
        role="feature",
        kind="Fractional",
        present=5,
        missing=0,
        mistyped=0,
        unseen=0,
        below=0,
        above=0,
        clipped=0,
        completeness=1.0,
        mean=1.0,
        std=1.0,
        min=0.0,
        max=2.0,
        distinct=5,
        counts=(),
        quantiles=(),
        distances=(
            Distance(name="psi", value=2.0, equivalent_sigmas=1.4),
            Distance(name="linf_robust", value=0.5, equivalent_sigmas=1.234),
        ),
        readings=(reading,),
    )
    return WindowStatistics(
        model="churn",
        version="1",
        slice="",
        window=Window(label="1h", start=hour * HOUR, end=(hour + 1) * HOUR),
        baseline_id=None,
        state="OK",
        rows=5,
        ledger=Ledger(
            complete=False,
            reasons=("gap in captures[0]",),
            records=Tally(),
            rows=Tally(accepted=5, late=2),
            sources=(),
        ),
        features=(age,),
        operations=None,
        extras={},
        extras_overflow=0,
        readings=(),
    )


def test_no_violations_is_fine(broker: EmbeddedBroker) -> None:
    assert run(broker, "violations") == (0, "no violations\n", "")
    assert run(broker, "violations", "--json") == (0, "", "")
    assert run(broker, "statistics") == (0, "no closed windows\n", "")


def test_an_open_incident_is_1_and_a_resolved_one_is_fine(broker: EmbeddedBroker) -> None:
    send(broker, "violations", encode_violation(violation("opened", 1)))
    code, out, err = run(broker, "violations")
    assert (code, err) == (1, "")
    for word in (
        "1970-01-01 01:00 UTC 1h",
        "churn/1",
        "opened",
        "warning",
        "age[years]",
        "baseline_drift_check",
        "0.25",
    ):
        assert word in out
    send(broker, "violations", encode_violation(violation("resolved", 2)))
    assert run(broker, "violations")[0] == 0
    send(broker, "violations", encode_violation(violation("opened", 3, incident="c" * 32)))
    assert run(broker, "violations")[0] == 1
    assert run(broker, "violations", "--model", "other") == (0, "no violations\n", "")


def test_json_is_the_event_as_it_is_once_in_the_order_of_windows(broker: EmbeddedBroker) -> None:
    first, second = (encode_violation(violation(kind, hour)) for kind, hour in (("opened", 1), ("resolved", 2)))
    send(broker, "violations", second, first, second)
    code, out, _ = run(broker, "violations", "--json")
    assert (code, out.encode()) == (0, first + b"\n" + second + b"\n")


def test_what_is_no_violation_is_said_and_skipped(broker: EmbeddedBroker) -> None:
    send(broker, "violations", b"{}", b"\xff", encode_violation(violation("resolved", 2)))
    code, out, err = run(broker, "violations", "--json")
    assert (code, len(out.splitlines())) == (0, 1)
    assert [line.split(":")[1] for line in err.splitlines()] == [
        " driftline.violations[0] @ 0 is skipped",
        " driftline.violations[0] @ 1 is skipped",
    ]


def test_statistics_are_a_row_a_window(broker: EmbeddedBroker) -> None:
    send(broker, "statistics", encode_statistics(statistics(5)), encode_statistics(statistics(4)))
    code, out, _ = run(broker, "statistics")
    assert code == 0
    assert out.index("04:00 UTC") < out.index("05:00 UTC")
    for word in ("gap in captures[0]", "age 1.23 σ", "1 OK"):
        assert word in out
    code, out, _ = run(broker, "statistics", "--json")
    assert [json.loads(line)["window"]["start"] for line in out.splitlines()] == [4 * HOUR, 5 * HOUR]


@pytest.mark.parametrize("command", ["violations", "statistics"])
def test_following_shows_what_arrives_and_ends_well_on_interrupt(broker: EmbeddedBroker, command: str) -> None:
    values = {
        "violations": [encode_violation(violation("opened", hour)) for hour in (1, 2)],
        "statistics": [encode_statistics(statistics(hour)) for hour in (1, 2)],
    }[command]
    send(broker, command, values[0])
    arguments = [sys.executable, "-m", "driftline.cli.main", command, "--follow", "--bootstrap", broker.bootstrap]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            assert process.stdout.readline().startswith("1970-01-01 01:00 UTC 1h")
            send(broker, command, values[1])
            assert process.stdout.readline().startswith("1970-01-01 02:00 UTC 1h")
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=60) == 0
            assert process.stderr.read() == ""
        finally:
            process.kill()
