"""Statistics that merge: numpy value objects without time and without Kafka."""
