import re
from pathlib import Path

import pytest

from driftline.exporter import docs, names
from driftline.exporter.names import ALL_FAMILIES, Family, FamilyKind

METRICS_PAGE = Path(__file__).parents[3] / "docs" / "metrics.md"


def test_names_are_unique_and_of_our_prefix() -> None:
    found = [family.base for family in ALL_FAMILIES]
    assert len(found) == len(set(found))
    assert all(re.fullmatch(r"driftline_[a-z_]+[a-z]", family.name) for family in ALL_FAMILIES)


@pytest.mark.parametrize("family", ALL_FAMILIES, ids=lambda family: family.name)
def test_every_family_has_a_sentence_and_clean_labels(family: Family) -> None:
    assert family.help.endswith(".")
    assert not set('\\\n"|') & set(family.help)
    assert not {"le", "quantile_", "reading", "event_id", "incident_id"} & set(family.labels)
    assert len(set(family.labels)) == len(family.labels)


def test_every_family_of_the_table_begins_with_model_and_version() -> None:
    assert {family.labels[:2] for family in names.TABLE_FAMILIES} == {("model", "version")}


def test_open_twins_have_the_labels_of_the_closed_family() -> None:
    for closed, twin in names.OPEN_TWIN.items():
        family = next(f for f in names.TABLE_FAMILIES if f.name == closed)
        assert twin.name == f"{closed}_open"
        assert twin.labels == family.labels


def test_a_name_without_its_suffix_or_unit_is_refused() -> None:
    with pytest.raises(ValueError, match="counter driftline_x must end in _total"):
        Family("driftline_x", FamilyKind.COUNTER, "Help.")
    with pytest.raises(ValueError, match="driftline_x_ms must end in its unit seconds"):
        Family("driftline_x_ms", FamilyKind.GAUGE, "Help.", (), "seconds")
    assert Family("driftline_x_seconds_total", FamilyKind.COUNTER, "Help.", (), "seconds").base == "driftline_x_seconds"


def test_the_page_of_metrics_is_written_from_the_table() -> None:
    assert METRICS_PAGE.read_text(encoding="utf-8") == docs.page(), (
        "run: python -m driftline.exporter.docs > docs/metrics.md"
    )
