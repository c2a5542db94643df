"""Caps on what a row may carry: those of the decoder (`driftline.contracts.capture.Limits`), which a test compares.

They are repeated here because that module needs numpy, and a model server should not.
"""

from __future__ import annotations

from typing import Final

FEATURES: Final = 10_000
"""Features of a row; more are left out."""
NAME: Final = 256
"""Characters of a feature's name; longer ones are left out."""
TEXT: Final = 1024
"""Characters of a text; longer ones are cut and end in a hash of the whole."""
ID: Final = 128
"""Characters of an event id or an entity; longer ones are replaced by their hash."""
LABEL: Final = 200
"""Characters of a model, a version, a segment's name or value, a status, an error."""
SEGMENTS: Final = 8
"""Entries of a segment map."""
RECORD_BYTES: Final = 1_000_000
"""Bytes of a record. Chosen, because librdkafka's ``message.max.bytes`` is that unless told otherwise."""
SECONDS: Final = range(946_684_800, 4_102_444_801)
"""Times that the decoder takes for seconds where it expects milliseconds (2000 to 2100)."""
MAX_MS: Final = 1 << 62
"""No event time reaches this."""
