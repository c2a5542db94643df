"""The automaton of incidents, drawn as strips: v violated, o OK, w WATCH, ? unknown, - no reading; one sign a window.

Below each strip what came of it: O opened, u updated, R resolved, . nothing.
"""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.errors import ConfigError, DriftlineError
from driftline.judging.incidents import (
    IncidentBook,
    IncidentEvent,
    IncidentKey,
    IncidentPolicy,
    Kind,
    WindowRef,
    event_id,
    incident_id,
)
from driftline.judging.severity import Severity, SeverityPolicy
from driftline.judging.states import Reading, State

SIGNS = {"v": State.VIOLATED, "o": State.OK, "w": State.WATCH, "?": State.UNKNOWN}
LETTERS = {Kind.OPENED: "O", Kind.UPDATED: "u", Kind.RESOLVED: "R"}
DRIFT = "baseline_drift_check"


def ref(number: int, label: str = "1h", baseline: str = "b") -> WindowRef:
    return WindowRef("m", "1", label, number * 10, number * 10 + 10, baseline)


def readings(sign: str, observed: float = 0.5) -> tuple[Reading, ...]:
    return () if sign == "-" else (Reading("age", DRIFT, SIGNS[sign], observed, 0.1, observed, 100),)


def play(book: IncidentBook, strip: str, start: int = 0) -> tuple[str, list[IncidentEvent]]:
    told: list[IncidentEvent] = []
    line = ""
    for number, sign in enumerate(strip, start):
        events = book.observe(ref(number), readings(sign))
        told += events
        line += "".join(LETTERS[event.kind] for event in events) or "."
    return line, told


@pytest.mark.parametrize(
    ("policy", "strip", "events"),
    [
        (IncidentPolicy(), "oovvoo", "..OuR."),
        (IncidentPolicy(), "v?v-vo", "O.u.uR"),  # unknown, or nothing said, neither opens nor resolves
        (IncidentPolicy(), "?v??o", ".O..R"),
        (IncidentPolicy(), "wvwwo", ".O..R"),  # WATCH is neither a breach nor quiet
        (IncidentPolicy(watch_opens=True), "wvwwo", "OuuuR"),
        (IncidentPolicy(), "vovov", "OROR" + "O"),
        (IncidentPolicy(need=2, out_of=3), "vooovovo", "......OR"[:5] + ".OR"),
        (IncidentPolicy(need=2, out_of=3), "v?v", "..O"),  # unknown windows do not count among the three
        (IncidentPolicy(need=3, out_of=3), "vvovvv", ".....O"),
        (IncidentPolicy(quiet=3), "voovooo", "O..u..R"),  # a breach in between starts the count anew
        (IncidentPolicy(quiet=2), "vo?o", "O..R"),
        (IncidentPolicy(need=2, out_of=2, quiet=2), "vvoovv", ".O.R.O"),
    ],
)
def test_strips(policy: IncidentPolicy, strip: str, events: str) -> None:
    assert play(IncidentBook(policy), strip)[0] == events


def test_one_story_has_one_id_and_every_line_another() -> None:
    _, told = play(IncidentBook(), "vvov")
    assert [event.incident.id for event in told[:3]] == [told[0].incident.id] * 3
    assert told[3].incident.id != told[0].incident.id
    assert len({event.event_id for event in told}) == 4


def test_ids_are_golden() -> None:
    key = IncidentKey("fraud", "7", "", 'a "quoted" | feature', DRIFT, "1h/15m")
    identity = incident_id(key, "0123456789abcdef", 1_700_000_000_000)
    assert identity == "3479a76513ad3591d38bcc8665f6c0f2"
    assert event_id(identity, Kind.OPENED, 1_700_003_600_000) == "3cf0f6b4de6204ce1c4a2c81eab4c4c1"


def test_parts_of_an_id_do_not_run_into_each_other() -> None:
    one = IncidentKey("a", "b|c", "", "", "x", "1h")
    other = IncidentKey("a|b", "c", "", "", "x", "1h")
    assert incident_id(one, "", 0) != incident_id(other, "", 0)


def test_an_incident_remembers_its_opening_its_peak_and_its_breaches() -> None:
    book = IncidentBook()
    for number, observed in enumerate((0.2, 0.9, 0.4)):
        (event,) = book.observe(ref(number, baseline="b" if number == 0 else "c"), readings("v", observed))
    incident = event.incident
    assert (incident.opened_start, incident.opened_end, incident.baseline) == (0, 10, "b")
    assert (incident.breaches, incident.peak) == (3, 0.9)
    (resolved,) = book.observe(ref(3, baseline="c"), readings("o", 0.01))
    assert (resolved.incident.breaches, resolved.incident.peak, resolved.window.baseline) == (3, 0.9, "c")
    assert not book.entries


def test_keys_are_apart() -> None:
    book = IncidentBook()
    book.observe(ref(0), readings("v"))
    book.observe(ref(0, label="1d"), readings("v"))
    assert [key.window for key, _ in book.open_incidents()] == ["1d", "1h"]
    assert len({incident.id for _, incident in book.open_incidents()}) == 2


def test_a_window_told_twice_changes_nothing() -> None:
    book = IncidentBook(IncidentPolicy(need=2, out_of=2))
    for _ in range(3):
        assert book.observe(ref(5), readings("v")) == ()
    assert book.observe(ref(4), readings("v")) == ()
    assert [event.kind for event in book.observe(ref(6), readings("v"))] == [Kind.OPENED]


def test_an_extra_column_that_is_no_longer_seen_resolves_and_one_that_cannot_be_seen_does_not() -> None:
    def extra(state: State, *names: str) -> tuple[Reading, ...]:
        return tuple(Reading(name, "extra_column_check", state, 1.0, 0.0) for name in names)

    book = IncidentBook()
    assert [e.kind for e in book.observe(ref(0), extra(State.VIOLATED, "x", "y"))] == [Kind.OPENED] * 2
    assert book.observe(ref(1), extra(State.UNKNOWN, "")) == ()
    told = book.observe(ref(2), extra(State.VIOLATED, "y"))
    assert [(event.key.feature, event.kind) for event in told] == [("y", Kind.UPDATED), ("x", Kind.RESOLVED)]
    told = book.observe(ref(3), extra(State.OK, ""))
    assert [(event.key.feature, event.kind) for event in told] == [("y", Kind.RESOLVED)]
    assert not book.entries


def test_a_check_that_is_no_longer_made_ends_its_story_but_that_of_a_missing_column_goes_on() -> None:
    missing = Reading("age", "missing_column_check", State.VIOLATED, 0.0)
    other = Reading("income", DRIFT, State.OK, 0.0)
    book = IncidentBook()
    book.observe(ref(0), readings("v"))
    assert [event.key.check for event in book.observe(ref(1), (missing, other))] == ["missing_column_check"]
    assert book.observe(ref(2), (Reading("", "baseline", State.UNKNOWN),)) == ()
    assert [event.kind for event in book.observe(ref(3), (other,))] == [Kind.RESOLVED, Kind.RESOLVED]
    assert not book.entries


def test_a_resolved_event_keeps_the_severity_of_its_last_breach() -> None:
    book = IncidentBook()
    (opened,) = book.observe(ref(0), readings("v"), violated_share=0.5)
    (resolved,) = book.observe(ref(1), readings("o"), violated_share=0.0)
    assert (opened.severity, resolved.severity) == (Severity.CRITICAL, Severity.CRITICAL)


def test_severity_can_be_overridden() -> None:
    book = IncidentBook(severities=SeverityPolicy({DRIFT: Severity.INFO}))
    (opened,) = book.observe(ref(0), readings("v"), violated_share=1.0)
    assert opened.severity is Severity.INFO


def test_forget_drops_one_model_silently() -> None:
    book = IncidentBook()
    book.observe(ref(0), readings("v"))
    book.forget("m", "2")
    assert book.open_incidents()
    book.forget("m", "1")
    assert not book.entries


@pytest.mark.parametrize("policy", [(2, 1, 1), (0, 1, 1), (1, 1, 0)])
def test_policies_that_could_never_act_are_refused(policy: tuple[int, int, int]) -> None:
    with pytest.raises(ConfigError, match="incidents must"):
        IncidentPolicy(*policy)


def test_states_of_another_version_are_refused() -> None:
    with pytest.raises(DriftlineError, match="must have version 1, got 2"):
        IncidentBook.from_state({"v": 2})


POLICIES = st.sampled_from(
    [IncidentPolicy(), IncidentPolicy(2, 3, 2), IncidentPolicy(1, 1, 3), IncidentPolicy(3, 4, 1, watch_opens=True)]
)


@given(strip=st.text("vow?-", max_size=30), cut=st.integers(0, 30), policy=POLICIES)
def test_a_restart_at_any_window_changes_nothing(strip: str, cut: int, policy: IncidentPolicy) -> None:
    whole = IncidentBook(policy)
    expected, events = play(whole, strip)
    first = IncidentBook(policy)
    before, told = play(first, strip[:cut])
    state = msgspec.msgpack.decode(msgspec.msgpack.encode(first.to_state()))
    second = IncidentBook.from_state(state, policy)
    after, more = play(second, strip[cut:], start=min(cut, len(strip)))
    assert before + after == expected
    assert [*told, *more] == events
    assert json.dumps(second.to_state()) == json.dumps(whole.to_state())


@given(strip=st.text("vow?-", max_size=40), policy=POLICIES)
def test_every_story_opens_once_then_updates_then_resolves(strip: str, policy: IncidentPolicy) -> None:
    line = play(IncidentBook(policy), strip)[0].replace(".", "")
    stories = line.replace("u", "").replace("OR", "")
    assert stories in {"", "O"}
    assert not line.startswith("u")
