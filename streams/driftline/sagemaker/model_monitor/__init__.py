"""In the place of ``sagemaker.model_monitor``: the same names and arguments."""

from driftline.sagemaker.model_monitor.cron_expression_generator import CronExpressionGenerator
from driftline.sagemaker.model_monitor.data_capture_config import DataCaptureConfig
from driftline.sagemaker.model_monitor.data_quality_monitoring_config import (
    DataQualityDistributionConstraints,
    DataQualityMonitoringConfig,
)
from driftline.sagemaker.model_monitor.dataset_format import DatasetFormat, MonitoringDatasetFormat
from driftline.sagemaker.model_monitor.inputs import BatchTransformInput, EndpointInput, MonitoringOutput
from driftline.sagemaker.model_monitor.jobs import BaseliningJob, MonitoringExecution
from driftline.sagemaker.model_monitor.model_monitoring import DefaultModelMonitor
from driftline.sagemaker.model_monitor.model_quality import ModelQualityMonitor
from driftline.sagemaker.model_monitor.monitoring_files import (
    Constraints,
    ConstraintViolations,
    ModelMonitoringFile,
    Statistics,
)

__all__ = [
    "BaseliningJob",
    "BatchTransformInput",
    "ConstraintViolations",
    "Constraints",
    "CronExpressionGenerator",
    "DataCaptureConfig",
    "DataQualityDistributionConstraints",
    "DataQualityMonitoringConfig",
    "DatasetFormat",
    "DefaultModelMonitor",
    "EndpointInput",
    "ModelMonitoringFile",
    "ModelQualityMonitor",
    "MonitoringDatasetFormat",
    "MonitoringExecution",
    "MonitoringOutput",
    "Statistics",
]
