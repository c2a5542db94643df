"""The surface of SageMaker's Python SDK for Model Monitor: a notebook ports by changing an import (``docs/sagemaker.md``)."""

from driftline.sagemaker.model_monitor import *  # noqa: F403 - its __all__ is what a notebook imports
from driftline.sagemaker.model_monitor import __all__ as _monitors
from driftline.sagemaker.session import Session, get_execution_role

__all__ = ["Session", "get_execution_role", *_monitors]  # noqa: PLE0604 - names, all of them
