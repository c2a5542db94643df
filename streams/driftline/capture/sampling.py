"""Which entities are recorded when not all are: decided by a hash of the entity alone, so it is the same everywhere.

Every process, server, model and version keeps the same entities, today and after a restart; and who is in a sample of 1 % is
also in one of 10 %. So sampled data stay comparable: a canary's rows are those of the customers that stable has, too.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

ALL: Final = 1 << 64


def threshold(rate: float) -> int:
    """What hashes have to be below, for a share of 0 to 1 of all entities.

    >>> threshold(1.0) == ALL, threshold(0.0)
    (True, 0)
    """
    return int(rate * ALL)


def is_kept(key: str, below: int) -> bool:
    """Whether the first 8 bytes of the key's BLAKE2b-64, as a big-endian number, are below the threshold. 1 us.

    >>> [is_kept(f"customer-{n}", threshold(0.25)) for n in range(4)]
    [False, False, False, False]
    """
    digest = blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") < below
