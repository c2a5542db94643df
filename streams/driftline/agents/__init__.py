"""The worker: Faust services and agents that move bytes between Kafka and the engine; the only import of faust."""
