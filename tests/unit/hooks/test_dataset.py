"""A preprocess script over the lines of a data set."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from driftline.cli.main import app
from driftline.errors import HookError
from driftline.hooks.dataset import Prepared, prepare
from support.hooked import script

GUIDE = """
    import csv

    def preprocess_handler(csv_line):
        record = next(csv.reader([csv_line]))
        if record[0] == "age":
            return []
        return {str(i).zfill(20): value for i, value in enumerate(record)}
"""
"""As the developer guide has it: the header comes as a line, and is left out by the script."""


def table(path: Path) -> list[list[str]]:
    with path.open(newline="") as file:
        return list(csv.reader(file))


def test_lines_go_through_as_text_and_come_back_as_columns(tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_text('age,plan\r\n41,"a,b"\n\n7,\n')
    done = prepare(script(tmp_path, GUIDE), tmp_path / "train.csv", tmp_path / "made.csv")
    assert done == Prepared(rows=2, dropped=1, columns=("0" * 20, "0" * 19 + "1"))
    assert table(tmp_path / "made.csv") == [["41", "a,b"], ["7", ""]]


def test_rows_of_unlike_keys_by_place_and_several_a_line(tmp_path: Path) -> None:
    text = """
        import json

        def preprocess_handler(line, logger):
            return json.loads(line)
    """
    lines = [{"b": True, "a": None}, [{"c": 1.5}, {"a": "x"}], [7, 8]]
    with gzip.open(tmp_path / "rows.jsonl.gz", "wt") as packed:
        packed.write("\n".join(map(json.dumps, lines)))
    done = prepare(script(tmp_path, text), tmp_path / "rows.jsonl.gz", tmp_path / "made.csv")
    assert done.columns == ("_c0", "_c1", "a", "b", "c")
    assert table(tmp_path / "made.csv") == [
        ["", "", "", "true", ""],
        ["", "", "", "", "1.5"],
        ["", "", "x", "", ""],
        ["7", "8", "", "", ""],
    ]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("return {'age': int(line)}", r"preprocess.py: line 2 of .*rows.csv: ValueError.*\(preprocess.py:3 in"),
        ("return []", "must leave some rows of .*rows.csv, left out all 2 lines"),
    ],
)
def test_the_first_line_that_is_refused_ends_it(tmp_path: Path, body: str, said: str) -> None:
    (tmp_path / "rows.csv").write_text("5\nx\n")
    with pytest.raises(HookError, match=said):
        prepare(
            script(tmp_path, f"\ndef preprocess_handler(line):\n    {body}"), tmp_path / "rows.csv", tmp_path / "made"
        )


def test_a_baseline_is_made_of_what_the_script_made(tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_text("age,plan\n" + "".join(f"{20 + n % 40},free\n" for n in range(100)))
    words = ["--model", "m", "--version", "1", "--output", tmp_path / "out", "--preprocess", script(tmp_path, GUIDE)]
    made = CliRunner().invoke(app, ["baseline", "create", str(tmp_path / "train.csv"), *map(str, words), "--json"])
    assert made.exit_code == 0, made.stderr
    shown = CliRunner().invoke(app, ["baseline", "show", str(tmp_path / "out"), "--json"])
    assert '"00000000000000000000"' in shown.stdout
    assert '"age"' not in shown.stdout
    wrong = CliRunner().invoke(app, ["baseline", "create", *map(str, words), "--from-topic", "captures"])
    assert wrong.exit_code == 2
    assert "the script of a topic's captures stands in the configuration" in wrong.stderr
