"""driftline: windowed statistics, drift and violations of machine-learning models, streamed over Kafka."""

__version__ = "0.1.0"
