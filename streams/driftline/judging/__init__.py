"""Judging: from the statistics of a closed window to readings, from readings to incidents. Pure: no clock, no chance."""
