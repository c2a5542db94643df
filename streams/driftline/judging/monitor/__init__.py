"""Model Monitor's own rules: how windows are judged whose baseline came with its ``constraints.json``, to the digit."""
