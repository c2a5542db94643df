"""What a worker reads back of the time before it took over."""

from __future__ import annotations

import random

import msgspec

from driftline.agents.pagemodels import PageModels
from driftline.agents.past import Past, incidents_of, windows_of
from driftline.contracts.statistics import WindowStatistics, encode_statistics
from driftline.contracts.violation import encode_violation
from driftline.engine.book import Emitted
from driftline.web import Wanted
from support.pages import DAY, START, feature, violation, window

WANTED = {("churn", "1"): {"1d"}}


def day(number: int, **changes: object) -> WindowStatistics:
    return window(feature("age", number / 8), start=START + number * DAY, **changes)  # type: ignore[arg-type]


def trend(models: PageModels) -> list[float | None]:
    taken = models.take(Wanted(model="churn", version="1"), lambda _: None, ())
    assert taken is not None
    return [point.value for point in taken.page().view.features[0].trend]


def test_what_is_read_back_is_as_if_the_worker_had_been_there() -> None:
    there, back = PageModels(), PageModels()
    for number in range(4):
        there.closed(Emitted(day(number), ()))
    values = [encode_statistics(day(number)) for number in range(4)] * 2
    random.Random(1).shuffle(values)
    back.earlier(windows_of(values, WANTED))
    assert back.models() == there.models()
    assert trend(back) == trend(there) == [0.0, 0.125, 0.25, 0.375]


def test_what_the_worker_has_seen_itself_is_newer() -> None:
    models = PageModels()
    models.closed(Emitted(day(3), ()))
    models.earlier(windows_of(map(encode_statistics, map(day, range(3))), WANTED))
    (view,) = models.models()
    assert view.window_start == START + 3 * DAY
    assert len(trend(models)) == 4


def test_others_and_what_cannot_be_read_are_passed_over() -> None:
    others = [day(0, model="other"), day(1, version="2"), day(2, label="1h")]
    damaged = encode_statistics(day(0)).replace(b'"rows":100', b'"rows":-1')
    past = windows_of([*map(encode_statistics, others), b"", b"{}", b"\xff", damaged], WANTED)
    assert past == Past()


def test_an_open_incident_is_told_with_its_onset_again() -> None:
    events = [violation("updated", start=START + DAY), violation("opened")]
    events += [violation("opened", incident="c" * 32), violation("resolved", incident="c" * 32, start=START + DAY)]
    values = [b"{}", *map(encode_violation, events), encode_violation(violation(incident="d" * 32))]
    (one,) = incidents_of(values, {"a" * 32, "c" * 32})
    assert (one.incident_id, one.windows, one.reproduce) == ("a" * 32, 2, "driftline analyze")
    assert one.onset is not None
    models = PageModels()
    models.closed(Emitted(day(2), (violation("updated", start=START + 2 * DAY),)))
    models.recalled([one])
    (seen,) = models._incidents.values()
    assert seen == msgspec.structs.replace(one, windows=3)
