"""Where Kafka is spoken: the only package that imports confluent_kafka."""
