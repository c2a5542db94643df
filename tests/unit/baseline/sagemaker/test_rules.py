"""Model Monitor's rules ride in a baseline: part of its id, through files and Kafka, and absent from ordinary ones."""

import hashlib
from pathlib import Path

import msgspec
import pytest

from driftline.baseline import Baseline, Constraints, load, save
from driftline.baseline.model import ColumnProfile, Kind, NumericStatistics, Role, baseline_id
from driftline.baseline.parts import Assembler, split
from driftline.baseline.sagemaker.rules import FeatureRules, MonitoringConfig, MonitorRules

# the counts disagree with the weights, as those of a real file may
STATISTICS = NumericStatistics(5, 1, 1.5, 0.5, 1.0, 2.0, (1.0, 1.5, 2.0), (0, 2, 0, 2), 2, {})


def ruled(limit: float) -> Baseline:
    config = MonitoringConfig(comparison_threshold=limit)
    features = (
        FeatureRules("z", Kind.FRACTIONAL, 1.0, non_negative=True, config=config),
        FeatureRules("a", Kind.FRACTIONAL, config=MonitoringConfig(evaluate=False)),
    )
    return Baseline.build(
        model="m",
        version="1",
        rows=5,
        columns=tuple(ColumnProfile(name, Role.FEATURE, Kind.FRACTIONAL, STATISTICS) for name in ("z", "a")),
        constraints=Constraints(),
        monitor=MonitorRules(config, features),
    )


def test_rules_are_part_of_the_id() -> None:
    one = ruled(0.1)
    assert one.id == ruled(0.1).id != ruled(0.2).id
    assert msgspec.structs.replace(one, monitor=None).with_constraints(one.constraints).id != one.id


def test_rules_come_back_from_records_and_from_files(tmp_path: Path) -> None:
    baseline, assembler = ruled(0.1), Assembler()
    made = [assembler.add(*record) for record in split(baseline)]
    assert made[-1] == baseline
    save(baseline, tmp_path)
    assert load(tmp_path) == baseline
    assert baseline.monitor is not None
    assert baseline.monitor.names == ("z", "a")


def test_an_ordinary_baseline_writes_nothing_of_them(baseline: Baseline, tmp_path: Path) -> None:
    save(baseline, tmp_path)
    assert "monitor" not in (tmp_path / "constraints.json").read_text()
    assert not any(b'"monitor"' in value or b'"rules"' in value for _, value in split(baseline))


@pytest.mark.parametrize("name", ["z", "a"])
def test_rules_are_found_by_name(name: str) -> None:
    monitor = ruled(0.1).monitor
    assert monitor is not None
    assert monitor.rules_of(name) == monitor.features[monitor.names.index(name)]
    assert monitor.rules_of("b") is None


@pytest.mark.parametrize("rules", [None, MonitorRules()])
@pytest.mark.parametrize("names", [(), ("z",), ("z", "a")])
def test_the_id_hashes_the_canonical_json_of_the_content(names: tuple[str, ...], rules: MonitorRules | None) -> None:
    columns = tuple(ColumnProfile(name, Role.FEATURE, Kind.FRACTIONAL, STATISTICS) for name in names)
    content = ("m", "1", 5, columns, Constraints(), *(() if rules is None else (rules,)))
    whole = hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest()
    assert baseline_id("m", "1", 5, columns, Constraints(), rules) == whole[:16]
