"""Model Monitor's verdicts in plain Python, from its two files and rows of text. It imports nothing of driftline.

Written from the published description of the files and from Deequ's ``Distance.scala``; slow, and as literal as it can be.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

INTEGRAL = re.compile(r"^(-|\+)? ?\d+$")
FRACTIONAL = re.compile(r"^(-|\+)? ?\d+((\.\d+)|((?:\.\d+)?[Ee][-+]?\d+))$")

Entry = dict[str, str]
Row = Sequence[str]


def violations(statistics: dict[str, Any], constraints: dict[str, Any], rows: Sequence[Row]) -> list[Entry]:
    """The entries of ``constraint_violations.json``, in the order of the features; ``""`` is a missing value."""
    features, whole = constraints["features"], constraints["monitoring_config"]
    known = {feature["name"]: feature for feature in statistics["features"]}
    on = whole.get("evaluate_constraints", "Enabled") == "Enabled"
    widths = Counter(len(row) for row in rows)
    width = max(widths, key=lambda columns: (widths[columns], columns))
    if on and width != len(features):
        return [shape(width, len(features))]
    told = [row for row in rows if len(row) == len(features)]
    entries = []
    for place, feature in enumerate(features):
        config = settings(whole, feature)
        if config["evaluate_constraints"] == "Enabled":
            column = [row[place] for row in told]
            entries += of_feature(feature, known.get(feature["name"]), config, column)
    return entries


def shape(width: int, expected: int) -> Entry:
    word = "missing" if width < expected else "extra"
    return entry(
        f"{word.capitalize()} columns",
        f"{word}_column_check",
        f"There are {word} columns in current dataset. Number of columns in current dataset: {width}, "
        f"Number of columns in baseline constraints: {expected}",
    )


def entry(feature: str, check: str, text: str) -> Entry:
    return {"feature_name": feature, "constraint_check_type": check, "description": text}


def settings(whole: dict[str, Any], feature: dict[str, Any]) -> dict[str, Any]:
    """All settings of a feature on one level, its overrides over those of the file."""
    flat: dict[str, Any] = {"evaluate_constraints": "Enabled"}
    own = (
        feature.get("monitoringConfigOverrides"),
        (feature.get("string_constraints") or {}).get("monitoring_config_overrides"),
    )
    for level in (whole, *own):
        for key, value in (level or {}).items():
            flat.update(value if key == "distribution_constraints" else {key: value})
    return flat


def of_feature(
    feature: dict[str, Any], base: dict[str, Any] | None, config: dict[str, Any], column: list[str]
) -> list[Entry]:
    name, kind = feature["name"], feature["inferred_type"]
    values = [value for value in column if value]
    found = []
    if column and feature.get("completeness") is not None and len(values) / len(column) < feature["completeness"]:
        found.append(entry(name, "completeness_check", unmet(len(values) / len(column))))
    fits = [value for value in values if matches(value, kind)]
    mistyped = bool(values) and len(fits) / len(values) < config["datatype_check_threshold"]
    if mistyped:
        found.append(
            entry(
                name, "data_type_check", wrong_type(kind, config["datatype_check_threshold"], len(fits) / len(values))
            )
        )
    domains = (feature.get("string_constraints") or {}).get("domains")
    if kind == "String" and domains is not None and values:
        inside = sum(value in domains for value in values) / len(values)
        if inside < config["domain_content_threshold"]:
            found.append(entry(name, "categorical_values_check", unmet(inside)))
    if config["perform_comparison"] == "Enabled" and not mistyped and base is not None:
        found += drift(name, kind, base, config, values)
    return found


def matches(value: str, kind: str) -> bool:
    if kind == "Integral":
        return bool(INTEGRAL.match(value))
    return bool(INTEGRAL.match(value) or FRACTIONAL.match(value)) if kind == "Fractional" else True


def unmet(value: float) -> str:
    return f"Value: {java(value)} does not meet the constraint requirement! "


def wrong_type(kind: str, threshold: float, share: float) -> str:
    return (
        f"Data type match requirement is not met. Expected data type: {kind}, Expected match: {java(threshold * 100)}%. "
        f"Observed: Only {java(share * 100)}% of data is {kind}."
    )


def drift(name: str, kind: str, base: dict[str, Any], config: dict[str, Any], values: list[str]) -> list[Entry]:
    if kind == "String":
        distance, threshold, broken = of_texts(base, config, values)
    else:
        distance, threshold, broken = of_numbers(base, config, values)
    text = f"Baseline drift distance: {java(distance)} exceeds threshold: {java(threshold)}"
    return [entry(name, "baseline_drift_check", text)] if broken else []


def of_numbers(base: dict[str, Any], config: dict[str, Any], values: list[str]) -> tuple[float, float, bool]:
    threshold = config["comparison_threshold"]
    levels = base["numerical_statistics"].get("distribution", {}).get("kll", {}).get("sketch", {}).get("data", [])
    one = Counter[float]()
    for level, items in enumerate(levels):
        for item in items:
            one[item] += 2**level
    other = Counter(float(value.replace(" ", "")) for value in values if matches(value, "Fractional"))
    if not one or not other:
        return math.nan, threshold, False
    n, m = float(one.total()), float(other.total())
    distance = 0.0
    for key in {*one, *other}:
        cdf1 = sum(weight for item, weight in one.items() if item <= key) / n
        cdf2 = sum(weight for item, weight in other.items() if item <= key) / m
        distance = max(distance, abs(cdf1 - cdf2))
    distance = corrected(distance, n, m, config["comparison_method"])
    return distance, threshold, distance > threshold


def of_texts(base: dict[str, Any], config: dict[str, Any], values: list[str]) -> tuple[float, float, bool]:
    threshold = config["categorical_comparison_threshold"]
    buckets = base["string_statistics"].get("distribution", {}).get("categorical", {}).get("buckets", [])
    one, other = {bucket["value"]: bucket["count"] for bucket in buckets}, Counter(values)
    if not one or not other or len(other) > 120:
        return math.nan, threshold, False
    if config["categorical_drift_method"] == "ChiSquared":
        statistic, cells = chi_squared(dict(other), one)
        if cells < 2:
            return math.nan, threshold, False
        if config["comparison_method"] == "Simple":
            return statistic, threshold, statistic > threshold
        p_value = survival(statistic, cells - 1)
        return p_value, threshold, p_value < threshold
    n, m = float(sum(one.values())), float(other.total())
    distance = max(abs(one.get(key, 0) / n - other.get(key, 0) / m) for key in {*one, *other})
    distance = corrected(distance, n, m, config["comparison_method"])
    return distance, threshold, distance > threshold


def corrected(simple: float, n: float, m: float, method: str) -> float:
    return simple if method == "Simple" else max(0.0, simple - 1.8 * math.sqrt((n + m) / (n * m)))


def chi_squared(sample: dict[str, int], baseline: dict[str, int]) -> tuple[float, int]:
    """Statistic and categories left, after Deequ's regrouping."""
    seen = sum(count for key, count in sample.items() if key in baseline)
    if not seen:
        return math.nan, 0
    total = float(sum(baseline.values()))
    expected = {key: count / total * seen for key, count in baseline.items()}
    held = {key: float(count) for key, count in sample.items()}
    while len(expected) >= 2:
        size = len(expected)
        limit, allowed = (5, int(0.2 * size)) if size > 2 else (10, 0)
        if sum(value < limit for value in expected.values()) <= allowed:
            break
        least = min(expected, key=lambda key: (expected[key], held.get(key, 0.0)))
        moved, seen_there = expected.pop(least), held.pop(least, 0.0)
        next_least = min(expected, key=lambda key: (expected[key], held.get(key, 0.0)))
        expected[next_least] += moved
        held[next_least] = seen_there + held.get(next_least, 0.0)
    return sum((held.get(key, 0.0) - value) ** 2 / value for key, value in expected.items()), len(expected)


def survival(statistic: float, degrees: int) -> float:
    """P(chi-squared > statistic), by the closed forms for whole and half numbers of degrees."""
    half = statistic / 2
    if degrees % 2 == 0:
        return math.exp(-half) * sum(half**k / math.factorial(k) for k in range(degrees // 2))
    tail = sum(half ** (k - 0.5) / math.gamma(k + 0.5) for k in range(1, (degrees + 1) // 2))
    return math.erfc(math.sqrt(half)) + math.exp(-half) * tail


def java(value: float) -> str:
    """``Double.toString``."""
    if value == 0 or 1e-3 <= value < 1e7:
        return repr(float(value)) if "e" not in repr(float(value)) else f"{value:f}"
    mantissa, exponent = f"{value!r}".split("e") if "e" in repr(value) else shifted(value)
    return f"{mantissa if '.' in mantissa else mantissa + '.0'}E{int(exponent)}"


def shifted(value: float) -> tuple[str, str]:
    whole, _, part = repr(value).partition(".")
    digits = (whole + part).lstrip("0")
    power = len(whole) - 1 if whole != "0" else -(len(part) - len(part.lstrip("0")) + 1)
    rest = digits[1:].rstrip("0")
    return f"{digits[0]}.{rest or '0'}", str(power)


def chi_squared_of(constraints: dict[str, Any]) -> set[str]:
    """Texts that are compared by the chi-squared test."""
    whole = constraints["monitoring_config"]
    return {
        feature["name"]
        for feature in constraints["features"]
        if feature["inferred_type"] == "String"
        and settings(whole, feature).get("categorical_drift_method") == "ChiSquared"
    }


def near(one: list[Entry], other: list[Entry], chi_squared: Collection[str] = ("plan",)) -> bool:
    """Equal, but for the last digits of chi-squared tests: their terms are added in another order here."""
    return len(one) == len(other) and all(
        a == b or (a["feature_name"] in chi_squared and _number(a, b)) for a, b in zip(one, other, strict=True)
    )


def _number(one: Entry, other: Entry) -> bool:
    pattern = re.compile(r"(?<=distance: )\S+")
    found = [pattern.search(entry["description"]) for entry in (one, other)]
    if None in found or one["constraint_check_type"] != other["constraint_check_type"]:
        return False
    first, second = (float(match.group()) for match in found if match is not None)
    return math.isclose(first, second, rel_tol=1e-12, abs_tol=1e-15)
