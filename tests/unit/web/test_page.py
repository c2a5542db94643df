import base64
import hashlib
import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from driftline.web import FeatureView, IncidentView, LivePage, ModelView, PageState, SourceView, Tally, render_page
from driftline.web.page import _asset
from driftline.web.tables import Board

NOW = 1_700_000_000_000


def incident(**changes: object) -> IncidentView:
    values: dict[str, object] = {
        "incident_id": "i" * 32, "model": "fraud", "version": "v1", "feature": "age", "check": "baseline_drift_check",
        "severity": "warning", "window": "1h", "opened": NOW, "windows": 2,
    }  # fmt: skip
    return IncidentView(**{**values, **changes})


def full(text: str = "age") -> PageState:
    feature = FeatureView(name=text, role="feature", state="VIOLATED", check="c", distance=0.5, limit=0.1, reason=text)
    model = ModelView(
        model=text,
        version=text,
        state="VIOLATED",
        reason=text,
        window="1h",
        window_end=NOW,
        rows=5,
        features=(feature,),
    )
    return PageState(
        generated=NOW, worker=text, notes=(text,), events_per_second=1234.5, models=(model,),
        incidents=(incident(feature=text, reason=text, reproduce=text),),
        sources=(SourceView(topic=text, partition=0, lag=3, watermark=NOW - 61_000, records=Tally(accepted=7, late=2)),),
        deadletters={text: 4},
    )  # fmt: skip


class Reader(HTMLParser):
    """The text of all cells and the elements there are."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.cells: list[str] = []
        self.titles: list[str] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.titles += [value or "" for name, value in attrs if name == "title"]
        if tag == "td":
            self.cells.append("")
            self.inside = True

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.cells[-1] += data

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag != "td"


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    return reader


def test_the_tables_are_whole_without_the_script() -> None:
    page = render_page(full())
    assert read(page).elements.count("table") == 5
    for shown in ("1 234", "0.5", "61", "2023-11-14 22:13:20Z", "1m 1s", "VIOLATED", "baseline_drift_check"):
        assert shown in page


def test_an_empty_worker_says_so_and_is_not_called_fine() -> None:
    page = render_page(PageState(generated=NOW))
    assert "No model has been seen yet." in page
    assert "No incident is open." in page
    assert '<span id="state" class="UNKNOWN">UNKNOWN</span>' in page
    assert "<table" not in page


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])))
@settings(max_examples=150, deadline=None)
def test_no_name_becomes_markup(name: str) -> None:
    plain, tried = read(render_page(full("age"))), read(render_page(full(name)))
    assert tried.elements == plain.elements
    assert name in tried.cells


def test_naughty_names_stay_text(shared_data: Path) -> None:
    expected = read(render_page(full("age"))).elements
    for name in json.loads((shared_data / "badinput/blns/blns.json").read_text(encoding="utf-8")):
        assert read(render_page(full(name))).elements == expected, name


def test_the_policy_allows_just_this_style_and_this_script() -> None:
    page, policy = render_page(full()), LivePage(full).policy
    for kind, element in (("style", "style"), ("script", "script")):
        inside = re.search(f"<{element}>(.*?)</{element}>", page, re.DOTALL)
        assert inside is not None
        digest = base64.b64encode(hashlib.sha256(inside[1].encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_nothing_is_fetched_from_elsewhere() -> None:
    page = render_page(full())
    assert "http://" not in page
    assert "https://" not in page
    assert not re.search(r"\s(on\w+|style|src)=", page)


def test_features_are_sorted_by_distance_and_unknown_distances_come_last() -> None:
    features = tuple(
        FeatureView(name=name, role="feature", state=state, distance=distance)
        for name, state, distance in [("a", "OK", None), ("b", "OK", 0.1), ("c", "OK", 0.9), ("d", "UNKNOWN", None)]
    )
    state = PageState(generated=NOW, models=(ModelView(model="m", version="v", state="OK", features=features),))
    rows = [cells[0] for cells in re.findall(r"<tr><td>(\w)</td>", render_page(state))]
    assert rows == ["m", "c", "b", "d", "a"]


def test_the_worst_comes_first() -> None:
    models = tuple(ModelView(model=s, version="v", state=s) for s in ("OK", "WATCH", "VIOLATED", "UNKNOWN"))
    incidents = (incident(severity="info"), incident(severity="critical"), incident(severity="warning"))
    board = msgspec.json.decode(
        LivePage(full).tables(PageState(generated=NOW, models=models, incidents=incidents)), type=Board
    )
    assert [row[0].text for row in board.tables[0].rows] == ["VIOLATED", "UNKNOWN", "WATCH", "OK"]
    assert [row[0].text for row in board.tables[1].rows] == ["critical", "warning", "info"]
    assert board.state == "VIOLATED"


def test_a_long_list_is_cut_and_the_rest_counted() -> None:
    features = tuple(FeatureView(name=f"f{i}", role="feature", state="OK", distance=i / 100) for i in range(75))
    state = PageState(generated=NOW, models=(ModelView(model="m", version="v", state="OK", features=features),))
    page = render_page(state)
    assert "and 25 more" in page
    assert "<td>f74</td>" in page
    assert "<td>f24</td>" not in page


def test_the_state_is_served_as_it_is() -> None:
    page = LivePage(full)
    assert msgspec.json.decode(page.json(page.capture()), type=PageState) == full()


def test_the_script_draws_what_the_server_draws() -> None:
    """Run the page's own script against a few lines that stand for a browser, and compare the texts."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node to run the page's script with")
    page = LivePage(full)
    state = full("<b>&amp;'\"")
    program = BROWSER.replace("BOARD", page.tables(state).decode()).replace("SCRIPT", json.dumps(_asset("page.js")))
    drawn = json.loads(subprocess.run([node, "-e", program], check=True, capture_output=True, timeout=30).stdout)
    expected = read(render_page(state))
    assert drawn["cells"] == expected.cells
    assert drawn["titles"] == expected.titles
    assert drawn["connection"] == "live"


BROWSER = r"""
const made = [];
class Element {
  constructor(name) { this.name = name; this.children = []; this.dataset = {}; made.push(this); }
  append(...children) { this.children.push(...children); }
  replaceChildren(...children) { this.children = children; }
}
const byId = { state: new Element("span"), connection: new Element("span"), board: new Element("main") };
globalThis.document = {
  hidden: false, createElement: (name) => new Element(name), getElementById: (id) => byId[id],
  getSelection: () => null,
};
let polls = 0;
globalThis.setTimeout = (call) => { if (polls++ === 0) call(); };
globalThis.fetch = async () => ({ ok: true, json: async () => (BOARD) });
eval(SCRIPT);
setImmediate(() => setImmediate(() => {
  const cells = made.filter((element) => element.name === "td");
  process.stdout.write(JSON.stringify({
    cells: cells.map((cell) => cell.textContent), titles: cells.filter((cell) => cell.title).map((cell) => cell.title),
    connection: byId.connection.textContent,
  }));
}));
"""


def test_what_holds_a_source_up_is_shown_with_its_reason() -> None:
    stuck = SourceView(topic="captures", partition=0, owner="this worker", condition="stuck", why="7 records wait")
    page = render_page(PageState(generated=NOW, sources=(stuck,)))
    assert '<td class="VIOLATED" title="7 records wait">stuck</td>' in page
