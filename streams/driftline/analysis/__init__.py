"""One-off runs over a range of event time: the records of files or of a topic, judged as the worker judges them."""
