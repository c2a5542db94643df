"""The client for model servers: says what a model saw and answered, without ever blocking it or raising into it.

    recorder = Recorder("churn", "3")
    recorder.log({"age": 41, "country": "fr"}, 0.41, latency=0.012)

Imports msgspec at once and confluent_kafka when the first row is sent; nothing else beyond the standard library.
"""

from driftline.capture.asgi import AsgiCapture
from driftline.capture.calls import note
from driftline.capture.estimator import CapturedEstimator
from driftline.capture.recorder import Recorder
from driftline.capture.wsgi import WsgiCapture

__all__ = ["AsgiCapture", "CapturedEstimator", "Recorder", "WsgiCapture", "note"]
