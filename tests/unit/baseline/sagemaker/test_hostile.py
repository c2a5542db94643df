"""Whatever stands in the two files, they make a baseline that can be used, or an error that says where."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from driftline.baseline.files import load_with_remarks
from driftline.baseline.layout import layout_of
from driftline.baseline.parts import Assembler, split
from driftline.engine.baselines import pack_baseline, unpack_baseline
from driftline.errors import BaselineError
from driftline.stats.profile import Profile
from support.batches import normal_batch
from support.monitor_files import constraints, statistics, written

ODD = st.sampled_from(
    [
        None,
        True,
        "",
        "NaN",
        "x",
        -1,
        0,
        1e308,
        -1e308,
        2**70,
        5e-324,
        [],
        {},
        [[]],
        [None],
        {"name": 1},
        [1.5, "a"],
        "Boolean",
    ]
)


def paths(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where something stands."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, item in inner for found in paths(item, (*path, key)))][path == () :]


@st.composite
def spoilt(draw: st.DrawFn, original: dict[str, Any]) -> bytes:
    """A file with some places changed, or cut off, or with other bytes in it."""
    content = copy.deepcopy(original)
    for _ in range(draw(st.integers(0, 3))):
        *way, last = draw(st.sampled_from(paths(content)))
        place: Any = content
        for key in way:
            place = place[key]
        if draw(st.booleans()) and isinstance(place, dict):
            del place[last]
        else:
            place[last] = copy.deepcopy(draw(ODD))
    text = json.dumps(content).encode()
    at = draw(st.integers(0, len(text)))
    return draw(
        st.sampled_from([text, text, text, text[:at], text.replace(b"1.0", b"NaN")])
        | st.binary(max_size=3).map(lambda more: text[:at] + more + text[at:])
    )


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_no_file_breaks_what_reads_it(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    told, limits = data.draw(spoilt(statistics())), data.draw(spoilt(constraints()))
    folder = written(tmp_path_factory.mktemp("spoilt"), told, limits)
    try:
        loaded = load_with_remarks(folder)
    except BaselineError as error:
        message = str(error)
        event(message.replace(str(folder), "")[:40])
    else:
        message = ""
    if message:
        assert str(folder) in message
        return
    baseline, assembler = loaded.baseline, Assembler()
    made = [assembler.add(*record) for record in split(baseline)]
    assert made[-1] == unpack_baseline(pack_baseline(baseline)) == baseline
    layout = layout_of(baseline)
    Profile(layout).update(normal_batch(layout, 5))


@pytest.mark.parametrize("name", ["statistics.json", "constraints.json"])
def test_json_that_is_nested_without_end_is_refused(tmp_path: Path, name: str) -> None:
    folder = written(tmp_path)
    (folder / name).write_bytes(b'{"features": ' + b"[" * 100_000)
    with pytest.raises(BaselineError, match=f"{name}: .*: expected a few levels of lists and objects, got too many"):
        load_with_remarks(folder)


def test_a_sketch_of_too_many_levels_is_told(tmp_path: Path) -> None:
    told = statistics()
    told["features"][0]["numerical_statistics"]["distribution"]["kll"]["sketch"]["data"] = [[1.0]] * 70
    remarks = load_with_remarks(written(tmp_path, told)).remarks
    assert remarks == ("age: its sketch has 70 levels, expected at most 53: its drift can't be told",)
