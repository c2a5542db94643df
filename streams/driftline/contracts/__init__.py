"""Wire types and bytes <-> types: no I/O, no clock."""
