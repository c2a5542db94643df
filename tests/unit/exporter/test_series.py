import pytest

from driftline.exporter import BlockName, SeriesKey, SeriesTable
from driftline.exporter.names import FEATURE_MEAN, FEATURE_STD, MODEL_STATE
from driftline.exporter.render import render_table
from driftline.exporter.text import MAX_LABEL_LENGTH

CLOSED = BlockName("fraud", "v1", "closed 1h")


def keys(*features: str) -> tuple[SeriesKey, ...]:
    return tuple(SeriesKey(FEATURE_MEAN.name, (feature, "1h")) for feature in features)


def lines(table: SeriesTable) -> list[str]:
    text = render_table(table.families, table.snapshot(), openmetrics=False)
    return [line for line in text.splitlines() if not line.startswith("#")]


def line(feature: str, value: str, model: str = "fraud", version: str = "v1") -> str:
    return f'driftline_feature_mean{{feature="{feature}",model="{model}",version="{version}",window="1h"}} {value}'


def test_a_block_shows_its_values() -> None:
    table = SeriesTable()
    table.assign(CLOSED, keys("age", "pay"), [41.5, 0])
    assert lines(table) == [line("age", "41.5"), line("pay", "0.0")]
    assert len(table) == 2


def test_what_is_not_known_has_no_line_and_comes_back() -> None:
    table = SeriesTable()
    table.assign(CLOSED, keys("age", "pay"), [None, float("nan")])
    assert lines(table) == []
    table.assign(CLOSED, keys("age", "pay"), [1, None])
    assert lines(table) == [line("age", "1.0")]


def test_a_feature_that_is_no_longer_told_vanishes() -> None:
    table = SeriesTable()
    table.assign(CLOSED, keys("age", "pay"), [1, 2])
    table.assign(CLOSED, keys("pay"), [3])
    assert lines(table) == [line("pay", "3.0")]
    assert len(table) == 1


def test_parts_and_models_stand_beside_each_other_under_one_header() -> None:
    table = SeriesTable()
    table.assign(CLOSED, keys("age"), [1])
    table.assign(BlockName("churn", "v1", "closed 1h"), keys("age"), [2])
    table.assign(BlockName("fraud", "v1", "model"), (SeriesKey(MODEL_STATE.name, ("1h",)),), [3])
    text = render_table(table.families, table.snapshot(), openmetrics=False)
    assert text.count("# TYPE driftline_feature_mean gauge\n") == 1
    assert lines(table)[:2] == [line("age", "1.0"), line("age", "2.0", "churn")]
    assert lines(table)[2] == 'driftline_model_state{model="fraud",version="v1",window="1h"} 3.0'


def test_a_new_value_keeps_the_place_of_its_block() -> None:
    table = SeriesTable()
    table.assign(CLOSED, keys("age"), [1])
    table.assign(BlockName("churn", "v1", "closed 1h"), keys("age"), [2])
    table.assign(CLOSED, keys("age"), [9])
    assert lines(table) == [line("age", "9.0"), line("age", "2.0", "churn")]


def test_removing_a_model_or_a_part_leaves_the_others() -> None:
    table = SeriesTable()
    for model, version, part in [
        ("a", "1", "closed 1h"),
        ("a", "1", "open 1h"),
        ("a", "2", "closed 1h"),
        ("b", "1", "x"),
    ]:
        table.assign(BlockName(model, version, part), keys("f"), [1])
    table.remove("a", "1", "open 1h")
    assert len(table) == 3
    table.remove("a", "1")
    table.remove("a", "never seen")
    assert table.models == {("a", "2"), ("b", "1")}
    table.retain([("b", "1")])
    assert table.models == {("b", "1")}
    assert lines(table) == [line("f", "1.0", "b", "1")]


def test_changes_grow_only_when_the_text_differs() -> None:
    table = SeriesTable()
    table.assign(CLOSED, keys("age", "pay"), [1, None])
    before = table.changes
    table.assign(CLOSED, keys("age", "pay"), [1.0, float("nan")])
    table.remove("nobody", "v1")
    assert table.changes == before
    table.assign(CLOSED, keys("age", "pay"), [1, 2])
    assert table.changes == before + 1


def test_what_was_taken_does_not_change_afterwards() -> None:
    table = SeriesTable()
    table.assign(CLOSED, keys("age"), [1])
    taken = table.snapshot()
    table.assign(CLOSED, keys("age"), [2])
    table.remove("fraud", "v1")
    assert [block.text(FEATURE_MEAN.name) for block in taken] == [line("age", "1.0") + "\n"]


# ------------------------------------------------------------------------------------------------ budget
def test_series_beyond_the_budget_are_refused_from_the_end_and_counted_once() -> None:
    table = SeriesTable(max_series=3)
    table.assign(CLOSED, keys("a", "b"), [1, 2])
    other = BlockName("churn", "v1", "closed 1h")
    table.assign(other, keys("a", "b", "c"), [3, 4, 5])
    table.assign(other, keys("a", "b", "c"), [6, 7, 8])
    assert lines(table) == [line("a", "1.0"), line("b", "2.0"), line("a", "6.0", "churn")]
    assert (len(table), table.dropped, table.refused) == (3, 2, 2)


def test_refused_series_are_admitted_when_there_is_room() -> None:
    table = SeriesTable(max_series=2)
    table.assign(CLOSED, keys("a", "b"), [1, 2])
    other = BlockName("churn", "v1", "closed 1h")
    table.assign(other, keys("a", "b"), [3, 4])
    assert table.refused == 2
    table.remove("fraud", "v1")
    table.assign(other, keys("a", "b"), [3, 4])
    assert lines(table) == [line("a", "3.0", "churn"), line("b", "4.0", "churn")]
    assert (table.dropped, table.refused) == (2, 0)


def test_a_block_that_shrinks_gives_its_room_back() -> None:
    table = SeriesTable(max_series=2)
    table.assign(CLOSED, keys("a", "b"), [1, 2])
    table.assign(CLOSED, keys("c"), [3])
    table.assign(BlockName("churn", "v1", "x"), keys("a"), [4])
    assert (len(table), table.dropped) == (2, 0)


def test_series_of_the_model_as_a_whole_are_never_refused() -> None:
    table = SeriesTable(max_series=0)
    asked = (*keys("age"), SeriesKey(MODEL_STATE.name, ("1h",)), SeriesKey(FEATURE_STD.name, ("age", "1h")))
    table.assign(CLOSED, asked, [1, 3, 2])
    assert lines(table) == ['driftline_model_state{model="fraud",version="v1",window="1h"} 3.0']
    assert table.dropped == 2


# ------------------------------------------------------------------------------------------------ refusals
def test_unlike_lengths_unknown_families_and_wrong_labels_are_refused() -> None:
    table = SeriesTable()
    with pytest.raises(ValueError, match="one value for each key, got 1 for 2"):
        table.assign(CLOSED, keys("a", "b"), [1])
    with pytest.raises(KeyError, match="driftline_nothing"):
        table.assign(CLOSED, (SeriesKey("driftline_nothing", ()),), [1])
    with pytest.raises(ValueError, match=r"driftline_feature_mean has the labels .* got 3 values"):
        table.assign(CLOSED, (SeriesKey(FEATURE_MEAN.name, ("a",)),), [1])
    assert len(table) == 0


def test_long_names_are_cut_and_counted() -> None:
    table = SeriesTable()
    table.assign(CLOSED, keys("x" * (MAX_LABEL_LENGTH + 1), "y"), [1, 2])
    assert table.shortened == 1
    assert max(map(len, lines(table))) < MAX_LABEL_LENGTH + 100
