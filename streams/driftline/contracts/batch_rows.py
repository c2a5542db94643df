"""One row of a batch transform's output: the answer, what it was asked if that was joined to it, its inference id and its time.

Model Monitor adds the last two where `GenerateInferenceId` is on: as the last two cells of a CSV line, or under
`SageMakerInferenceId` and `SageMakerInferenceTime`. With `join_source="Input"` a JSON answer lies under `SageMakerOutput`, and
everything else is what was asked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from driftline.contracts.payload import Row

ID, TIME, OUTPUT = "SageMakerInferenceId", "SageMakerInferenceTime", "SageMakerOutput"
_UUID = re.compile(r"\s*([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\s*", re.IGNORECASE)
_STAMP = re.compile(r"\s*(\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d\S*)\s*", re.ASCII)


@dataclass(frozen=True, slots=True)
class BatchRow:
    """``came`` is empty unless input was joined; ``id`` and ``time`` are "" where there are none."""

    answer: Row
    came: Row
    id: str = ""
    time: str = ""


def without_inference_id(row: Row) -> BatchRow:
    """The parts of a flat row.

    >>> without_inference_id(["0", " 1f1d57b1-2e6f-488c-8c30-db4e6d757861", "2022-08-30T00:49:15Z"])
    BatchRow(answer=['0'], came=[], id='1f1d57b1-2e6f-488c-8c30-db4e6d757861', time='2022-08-30T00:49:15Z')
    >>> without_inference_id({"age": 3, "SageMakerOutput": 0.5}).answer, without_inference_id({"p": 1}).answer
    ([0.5], {'p': 1})
    """
    return _of_cells(row) if isinstance(row, list) else _of_object(row)


def line_without_inference_id(line: str) -> tuple[str, str, str]:
    """A line of CSV, its inference id and its time; "" for what it does not have.

    >>> line_without_inference_id("0.5,a, 1f1d57b1-2e6f-488c-8c30-db4e6d757861,2022-08-30T00:49:15Z")
    ('0.5,a', '1f1d57b1-2e6f-488c-8c30-db4e6d757861', '2022-08-30T00:49:15Z')
    """
    answer, *told = line.rsplit(",", 2)
    found = _of_cells([answer, *told])
    return (answer, found.id, found.time) if found.id else (line, "", "")


def _of_cells(row: list[object]) -> BatchRow:
    texts = [cell if isinstance(cell, str) else "" for cell in row[-2:]]
    found = [pattern.fullmatch(text) for pattern, text in zip((_UUID, _STAMP), texts, strict=False)]
    if len(found) < 2 or found[0] is None or found[1] is None:  # noqa: PLR2004 - the two columns
        return BatchRow(row, [])
    return BatchRow(row[:-2], [], found[0][1], found[1][1])


def _of_object(row: dict[str, object]) -> BatchRow:
    own = {name: value for name, value in row.items() if name not in {ID, TIME}}
    parts = {name: value for name, value in own.items() if _is_output(name)}
    told = [str(row[key]) if isinstance(row.get(key), str | int) else "" for key in (ID, TIME)]
    if not parts:
        return BatchRow(own, {}, *told)
    came: Row = {name: value for name, value in own.items() if name not in parts}
    return BatchRow(_answer(parts), came, *told)


def _answer(parts: dict[str, object]) -> Row:
    """What lay under `SageMakerOutput` before it was flattened: a value, a vector or an object."""
    if all(name == OUTPUT or name.startswith(f"{OUTPUT}[") for name in parts):
        return list(parts.values())
    return {name.removeprefix(f"{OUTPUT}."): value for name, value in parts.items()}


def _is_output(name: str) -> bool:
    return name == OUTPUT or name.startswith((f"{OUTPUT}.", f"{OUTPUT}["))
