"""Code of one's own beside driftline's: Model Monitor's scripts, programs under its container contract, own checks.

Only code that the local configuration names is ever run; no message can name any. Scripts and programs run in processes of
their own, and nothing of them is imported here. ``child`` is what runs in such a process; it imports nothing of driftline
but its neighbours in this package.
"""
