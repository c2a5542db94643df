"""All logic between bytes in and results out, without any I/O: the fold, the protocol, the verdict."""
