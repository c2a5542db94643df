"""Bias: how differently a sensitive group is treated, in the metrics of SageMaker Clarify."""
