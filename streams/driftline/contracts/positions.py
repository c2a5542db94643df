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

    In this order: features and predictions by role (outputs are passed over if the baseline has no predictions); all features,
    predictions and labels in one row, outputs ``first`` or ``last``, as Model Monitor lays them out; every column but
    predictions and labels as input. ContractError ``column_count`` if none fits. Without a baseline `_c0` … in Model Monitor's
    order.
    """
    if schema is None:
        return _in_one_row([f"_c{place}" for place in range(inputs + outputs)], inputs, outputs, order)
    features, predictions = list(schema.features), list(schema.predictions)
    watched = list(schema.with_role(Role.FEATURE, Role.PREDICTION, Role.LABEL))
    rest = [name for name, role in schema.roles.items() if role not in {Role.PREDICTION, Role.LABEL}]
    unnamed = [""] * outputs
    out = predictions if outputs == len(predictions) else unnamed if not predictions else None
    if out is not None and inputs in {0, len(features)}:
        return (features if inputs else []), (out if outputs else [])
    if inputs + outputs == len(watched) and inputs and outputs:
        return _in_one_row(watched, inputs, outputs, order)
    if (out is not None or not outputs) and inputs == len(rest):
        return rest, out or []
    if not outputs and inputs == len(features):
        return features, []
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
