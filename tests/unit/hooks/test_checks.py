"""Own checks by name: where they are looked for, and what is said of those that are not there."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from driftline.config import Config, HookConfig, ModelConfig, load_config
from driftline.errors import HookError
from driftline.hooks.checks import Checks, load_check
from driftline.judging.own import OwnWindow
from driftline.judging.states import Reading, State
from support.hooked import script

WINDOW = OwnWindow("m", "1", "1h", 0, 3_600_000, None, None)
MODULE = """
    from driftline.judging.states import Reading, State

    NUMBER = 5

    def always(window):
        return [Reading("", "", State.VIOLATED, observed=1.0, limit=0.0, n=window.rows)]

    def never(window):
        raise LookupError("no table")
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A module of checks, installed as a package with an entry point."""
    script(tmp_path, MODULE, "mychecks.py")
    info = tmp_path / "mychecks-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: mychecks\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[driftline.checks]\nloud = mychecks:always\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield "mychecks"
    sys.modules.pop("mychecks", None)


def config(**models: tuple[str, ...]) -> Config:
    return Config(models={name: ModelConfig(hooks=HookConfig(checks=checks)) for name, checks in models.items()})


def test_by_module_and_function_and_by_entry_point(module: str) -> None:
    for name in ("mychecks:always", "loud"):
        (reading,) = load_check(name)(WINDOW)
        assert reading == Reading("", "", State.VIOLATED, observed=1.0, limit=0.0)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nosuchmodule:check", "ModuleNotFoundError"),
        ("mychecks:nothing", "AttributeError"),
        ("mychecks:NUMBER", "must be a function of one window, got a int"),
        ("quiet", r"no entry point of the group driftline.checks has this name \(installed: .*loud"),
    ],
)
def test_a_check_that_is_not_there_is_said_before_anything_starts(module: str, name: str, said: str) -> None:
    with pytest.raises(HookError, match=said):
        Checks(config(m=(name,)))


def test_each_model_has_its_own_and_what_they_do_is_counted(module: str) -> None:
    checks = Checks(config(a=("mychecks:always", "mychecks:never"), b=()))
    always, never = checks.of("a", "1")
    assert (always.name, never.name) == ("always", "never")
    assert checks.of("b", "1") == checks.of("c", "1") == ()
    list(always.function(WINDOW))
    with pytest.raises(LookupError):
        never.function(WINDOW)
    first, second = (status.look() for status in checks.statuses)
    assert (first.model, first.hook, first.code, first.results) == (
        "a",
        "check",
        "mychecks:always",
        {"answered": 1, "failed": 0},
    )
    assert second.results == {"answered": 0, "failed": 1}
    assert second.error == "LookupError: no table"
    assert "mychecks.py" in second.trace


def test_the_configuration_names_checks_for_all_models_or_one(tmp_path: Path, module: str) -> None:
    path = tmp_path / "driftline.toml"
    path.write_text('[defaults.hooks]\nchecks = ["loud"]\n[models.b.hooks]\nchecks = []\n[models."c/2"]\ndedupe = 1\n')
    checks = Checks(load_config(path, {}))
    assert [len(checks.of(*name)) for name in (("a", "1"), ("b", "1"), ("c", "2"), ("c", "1"))] == [1, 0, 1, 1]
