"""The files of Amazon SageMaker Model Monitor: read, written without loss, made from data, and turned into baselines."""
