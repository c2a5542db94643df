"""A model in service, with traffic: about fifty captures a second to Kafka, until Ctrl-C.

    python examples/producer.py                          # Kafka at 127.0.0.1:9092, or DRIFTLINE__KAFKA__BOOTSTRAP
    python examples/producer.py --drift-after 600        # after ten minutes the customers change
    python examples/producer.py --training train.csv     # no Kafka: rows that a baseline can be made of

The model is called churn, version 1. Customers come at random times, more of them by day; a few requests fail. Drifted, incomes
are lower, the free plan is more popular, and a third of the countries is missing.
"""

from __future__ import annotations

import argparse
import csv
import math
import random
import signal
import sys
import time
from typing import Any

from driftline.capture import Recorder

TRAINING_ROWS = 20_000
CUSTOMERS = 5_000
COUNTRIES = ("fr", "de", "it", "es")


def customer(chance: random.Random, *, drifted: bool) -> dict[str, Any]:
    """What is known of a customer."""
    return {
        "age": min(95, max(18, round(chance.gauss(44, 14)))),
        "income": round(chance.lognormvariate(10.1 if drifted else 10.4, 0.4), 2),
        "tenure_months": int(chance.expovariate(1 / 30)),
        "plan": chance.choices(("free", "basic", "premium"), (7, 2, 1) if drifted else (4, 4, 2))[0],
        "country": None if drifted and chance.random() < 1 / 3 else chance.choices(COUNTRIES, (5, 3, 1, 1))[0],
    }


def predict(row: dict[str, Any]) -> float:
    """The probability that the customer leaves."""
    plan = {"free": 0.6, "basic": 0.0, "premium": -0.8}[row["plan"]]
    return 1 / (1 + math.exp(0.5 - plan + row["tenure_months"] / 40 + (row["income"] - 33_000) / 40_000))


def serve(recorder: Recorder, chance: random.Random, rate: float, drift_after: float) -> None:
    """Answer customers as they come, for ever."""
    began = due = time.monotonic()
    while True:
        by_day = 1 + 0.3 * math.sin(time.time() / 86_400 * 2 * math.pi)
        due += chance.expovariate(rate * by_day)
        time.sleep(max(0.0, due - time.monotonic()))
        row = customer(chance, drifted=time.monotonic() - began >= drift_after)
        entity = f"customer-{chance.randrange(CUSTOMERS)}"
        took = chance.lognormvariate(-4.5, 0.5)  # this model is too small to take any time
        if chance.random() < 0.003:
            recorder.log(row, latency=took * 20, status=503, error="TimeoutError", entity=entity)
        else:
            recorder.log(row, round(predict(row), 4), latency=took, status=200, entity=entity)


def write_training(path: str, chance: random.Random) -> None:
    """Rows as the model was trained on them, with its answers."""
    with open(path, "w", newline="") as file:
        rows = [row | {"prediction": round(predict(row), 4)} for row in _training(chance)]
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def _training(chance: random.Random) -> list[dict[str, Any]]:
    return [customer(chance, drifted=False) for _ in range(TRAINING_ROWS)]


def main() -> None:
    """Serve until Ctrl-C or SIGTERM; what is left is sent then."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rate", type=float, default=50.0, help="captures a second (default 50)")
    parser.add_argument("--drift-after", type=float, default=math.inf, metavar="SECONDS", help="0: from the start")
    parser.add_argument("--topic", help="default: DRIFTLINE_CAPTURE_TOPIC, or driftline.captures")
    parser.add_argument("--seed", type=int, help="the same customers every time")
    parser.add_argument("--training", metavar="FILE", help="write training data and stop")
    options = parser.parse_args()
    chance = random.Random(options.seed)
    if options.training:
        write_training(options.training, chance)
        return
    if options.rate <= 0:
        parser.error("--rate must be above 0")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    recorder = Recorder("churn", "1", topic=options.topic)
    try:
        serve(recorder, chance, options.rate, options.drift_after)
    except KeyboardInterrupt:
        recorder.close()
        counters = recorder.counters()
        print(f"{counters['logged']} captures, {counters['delivered']} delivered", file=sys.stderr)


if __name__ == "__main__":
    main()
