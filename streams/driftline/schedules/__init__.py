"""Schedules: which closed windows become reports, where those land, and what is told of it, in Model Monitor's words."""
