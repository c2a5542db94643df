"""The stack around the worker: configuration of the programs beside it, and what writes some of it."""
