"""docs/sagemaker.md shows what the commands on Model Monitor's files print."""

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from driftline.cli.main import app

PAGE = (Path(__file__).parents[4] / "docs" / "sagemaker.md").read_text(encoding="utf-8")
FILES = PAGE[PAGE.index("\n## Files\n") + 1 :].split("\n## ")[0]
SHOWN = [
    tuple(part.strip("\n").split("\n", 1))
    for block in re.findall(r"^```console\n(.*?)^```", FILES, re.DOTALL | re.MULTILINE)
    for part in re.split(r"^\$ driftline ", block, flags=re.MULTILINE)[1:]
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of the page, its baseline, and what may become of that."""
    folder = tmp_path_factory.mktemp("page")
    rows = [
        f"{20 + i * 7 % 50},{i % 100 / 4},{('free', 'paid')[i % 3 > 1]},{'' if i % 50 else 'x'}\n" for i in range(500)
    ]
    (folder / "train.csv").write_text("age,balance,plan,note\n" + "".join(rows))
    created = run(folder, next(command for command, _ in SHOWN if " create " in command))
    assert created.exit_code == 0
    told, limits = ((folder / "baseline" / f"{name}.json").read_text() for name in ("statistics", "constraints"))
    put(folder / "cut", told[:500], limits)
    put(folder / "swapped", limits, told)
    other = limits.replace('"age"', '"length"').replace('"balance"', '"width"')
    put(folder / "of-another-model", told, re.sub(r', \{\s+"name" : "plan".*?\} \],', " ],", other, flags=re.DOTALL))
    wrong = limits.replace('"completeness" : 1.0', '"completeness" : 100', 1).replace('"Robust"', '"KS"')
    put(folder / "mistyped", told, wrong)
    put(folder / "nan", told.replace('"mean" : 44.5', '"mean" : NaN'), limits)
    return folder


def put(folder: Path, told: str, limits: str) -> None:
    folder.mkdir()
    (folder / "statistics.json").write_text(told)
    (folder / "constraints.json").write_text(limits)


def run(folder: Path, command: str):  # noqa: ANN201 - a result of click
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        return CliRunner().invoke(app, shlex.split(command))


@pytest.mark.parametrize(("command", "output"), SHOWN, ids=[command for command, _ in SHOWN])
def test_commands_print_what_the_page_shows(folder: Path, command: str, output: str) -> None:
    done = run(folder, f"{command} --force" if " create " in command else command)
    shown = [line.rstrip() for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    assert shown == output.split("\n")


def test_the_page_shows_each_kind_of_answer() -> None:
    assert len(SHOWN) == 6
