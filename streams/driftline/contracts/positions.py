"""Names of the positional columns of a SageMaker request, by the baseline's order of columns."""

from __future__ import annotations

from typing import Literal

from driftline.baseline.model import Role
from driftline.contracts.reasons import Reason
from driftline.contracts.schema import Schema
from driftline.errors import ContractError

Names = list[str]
Order = Literal["first", "last"]


def positional_names(schema: Schema | None, inputs: int, outputs: int, order: Order) -> tuple[Names, Names]:
    """Names of ``inputs`` and ``outputs`` positional columns (0: that side is not there, or carries its own names).

    In this order: features and predictions by role (a baseline without predictions passes outputs over); with ids, times and
    other known columns among the inputs; and, for a baseline that names no predictions, all its columns in one row with the
    outputs ``first`` or ``last``, as Model Monitor lays them out. ContractError ``column_count`` if none fits. Without a
    baseline `_c0` … in Model Monitor's order.
    """
    if schema is None:
        return _in_one_row([f"_c{place}" for place in range(inputs + outputs)], inputs, outputs, order)
    features, predictions = list(schema.features), list(schema.predictions)
    if outputs in {0, len(predictions)} or not predictions:
        answered = predictions[:outputs] or [""] * outputs
        known = [name for name, role in schema.roles.items() if role not in {Role.PREDICTION, Role.LABEL}]
        for names in (features, known):
            if inputs in {0, len(names)}:
                return names[:inputs], answered
    row = list(schema.with_role(Role.FEATURE, Role.LABEL))
    if not predictions and inputs + outputs == len(row):
        return _in_one_row(row, inputs, outputs, order)
    raise ContractError(
        f"must have {len(features)} input and {len(predictions)} output columns, as the baseline has; "
        f"got {inputs} and {outputs}",
        "$.captureData",
        Reason.COLUMN_COUNT,
    )


def _in_one_row(names: Names, inputs: int, outputs: int, order: Order) -> tuple[Names, Names]:
    if order == "first":
        return names[outputs:], names[:outputs]
    return names[:inputs], names[inputs:]
