"""Cases of the alerts on how the models serve, and on versions beside each other."""

from __future__ import annotations

from deploy.generate.cases import Case, at_worker

JOB = {"job": "driftline"}
MODEL = {**JOB, "model": "churn"}
V1 = {**MODEL, "version": "1"}
V2 = {**MODEL, "version": "2"}


def _counter(what: str, version: str = "1", worker: str = "w1", **labels: str) -> str:
    return at_worker(f"driftline_model_{what}", worker, model="churn", version=version, **labels)


def _serving(requests: int, errors: int, length: int, version: str = "1", worker: str = "w1") -> dict[str, str]:
    """Requests and errors a minute."""
    return {
        _counter("requests_total", version, worker): f"0+{requests}x{length}",
        _counter("errors_total", version, worker): f"0+{errors}x{length}",
    }


def _latency(fast: int, slow: int, seconds: float, length: int, version: str = "1") -> dict[str, str]:
    """Answers a minute within a quarter of a second, and within one second; `seconds` is the sum of all."""
    buckets = {"0.25": fast, "0.5": fast, "1.0": fast + slow, "+Inf": fast + slow}
    courses = {_counter("latency_seconds_bucket", version, le=le): f"0+{n}x{length}" for le, n in buckets.items()}
    return {
        **courses,
        _counter("latency_seconds_count", version): f"0+{fast + slow}x{length}",
        _counter("latency_seconds_sum", version): f"0+{seconds}x{length}",
    }


def _requests(course: str) -> dict[str, str]:
    return {_counter("requests_total"): course}


CASES: dict[str, tuple[Case, ...]] = {
    "ErrorRate": (
        Case("two in a hundred fail", _serving(600, 12, 20), "15m", (V1,)),
        Case(
            "they fail on two workers together",
            {**_serving(300, 3, 20), **_serving(300, 6, 20, worker="w2")},
            "15m",
            (V1,),
        ),
        Case("one in two hundred fails", _serving(600, 3, 20), "15m"),
        Case("one single request of twenty fails", {**_serving(4, 0, 20), _counter("errors_total"): "0x6 1x14"}, "12m"),
        Case("no requests at all", _serving(0, 0, 20), "15m"),
    ),
    "LatencyP99": (
        Case("two in a hundred are slow", _latency(588, 12, 90, 30), "25m", (V1,)),
        Case("one in two hundred is slow", _latency(597, 3, 90, 30), "25m"),
        Case("slow, but hardly any", _latency(4, 1, 1.5, 30), "25m"),
        Case("nobody says how long it took", _latency(0, 0, 0, 30), "25m"),
    ),
    "Latency": (
        Case("a second and a half on average", _latency(0, 60, 90, 20), "15m", (V1,)),
        Case("half a second on average", _latency(30, 30, 30, 20), "15m"),
        Case("nobody says how long it took", _latency(0, 0, 0, 20), "15m"),
    ),
    "RequestsLow": (
        Case("a third of what it was", _requests("0+300x400 120100+100x50"), "2200m", (MODEL,), "5m"),
        Case(
            "less than yesterday, more than last week",
            _requests("0+100x1800 180900+900x300 450300+300x40"),
            "10680m",
            (),
            "5m",
        ),
        Case(
            "one version has taken over from the other",
            {_counter("requests_total"): "0+300x400 120000x50", _counter("requests_total", "2"): "0x400 0+300x50"},
            "2200m",
            (),
            "5m",
        ),
        Case("two thirds of what it was", _requests("0+300x400 120200+200x50"), "2200m", (), "5m"),
        Case("too few to tell", _requests("0+10x400 4000x50"), "2200m", (), "5m"),
        Case("new since this morning, and already less", _requests("0+300x100 30100+100x50"), "700m", (), "5m"),
    ),
    "NoEvents": (
        Case("a feed has died", _requests("0+60x300 18000x60"), "345m", (MODEL,)),
        Case("the series has gone with it", _requests("0+60x300 stale"), "345m", (MODEL,)),
        Case("it goes on", _requests("0+60x400"), "345m"),
        Case("it never had any", _requests("0x400"), "345m"),
        Case("a request an hour: pauses are usual", _requests("0x59 1x59 2x59 3x59 4x100"), "345m"),
        Case(
            "one version stopped, another goes on",
            {_counter("requests_total"): "0+60x300 18000x60", _counter("requests_total", "2"): "0+60x400"},
            "345m",
        ),
    ),
    "CanaryErrors": (
        Case(
            "the new version fails five times as often",
            {**_serving(950, 10, 60), **_serving(50, 3, 60, "2")},
            "50m",
            (V2,),
        ),
        Case("both fail alike", {**_serving(950, 10, 60), **_serving(50, 1, 60, "2")}, "50m"),
        Case(
            "a single failure of few requests",
            {**_serving(950, 10, 60), **_serving(1, 0, 60, "2"), _counter("errors_total", "2"): "0x25 1x35"},
            "50m",
        ),
        Case("more often beyond doubt, but hardly", {**_serving(9500, 100, 60), **_serving(5000, 80, 60, "2")}, "50m"),
        Case("there is only one version", _serving(100, 50, 60), "50m"),
        Case("neither fails", {**_serving(950, 0, 60), **_serving(50, 0, 60, "2")}, "50m"),
    ),
    "CanaryLatency": (
        Case(
            "twice as slow",
            {
                **_serving(100, 0, 60),
                **_serving(20, 0, 60, "2"),
                **_latency(100, 0, 10, 60),
                **_latency(20, 0, 4, 60, "2"),
            },
            "55m",
            (V2,),
        ),
        Case(
            "a fifth slower",
            {
                **_serving(100, 0, 60),
                **_serving(20, 0, 60, "2"),
                **_latency(100, 0, 10, 60),
                **_latency(20, 0, 2.4, 60, "2"),
            },
            "55m",
        ),
        Case(
            "two requests a minute are too few to tell",
            {
                **_serving(100, 0, 60),
                **_serving(2, 0, 60, "2"),
                **_latency(100, 0, 10, 60),
                **_latency(2, 0, 1, 60, "2"),
            },
            "55m",
        ),
        Case("there is only one version", {**_serving(100, 0, 60), **_latency(100, 0, 90, 60)}, "55m"),
    ),
    "CanaryDrift": (
        Case(
            "only the new version is violated",
            {
                **_serving(95, 0, 60),
                **_serving(5, 0, 60, "2"),
                at_worker("driftline_model_state", model="churn", version="1", window="1h"): "0x60",
                at_worker("driftline_model_state", model="churn", version="2", window="1h"): "3x60",
            },
            "50m",
            ({**V2, "window": "1h"},),
        ),
        Case(
            "both are violated: the world has changed, not the version",
            {
                **_serving(95, 0, 60),
                **_serving(5, 0, 60, "2"),
                at_worker("driftline_model_state", model="churn", version="1", window="1h"): "3x60",
                at_worker("driftline_model_state", model="churn", version="2", window="1h"): "3x60",
            },
            "50m",
        ),
        Case(
            "only the busiest version is violated",
            {
                **_serving(95, 0, 60),
                **_serving(5, 0, 60, "2"),
                at_worker("driftline_model_state", model="churn", version="1", window="1h"): "3x60",
                at_worker("driftline_model_state", model="churn", version="2", window="1h"): "0x60",
            },
            "50m",
        ),
    ),
}
