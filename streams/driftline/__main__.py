"""``python -m driftline``: the command."""

from driftline.cli.main import main

main()
