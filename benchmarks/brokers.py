"""Where the benchmarks find a real Kafka: the one that is named, or one of their own from Maven's jars."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parents[1] / "tests"


class NoKafkaError(Exception):
    """There is none, and none can be started; the message says why."""


def named() -> str | None:
    """The address in DRIFTLINE_TEST_BOOTSTRAP."""
    return os.environ.get("DRIFTLINE_TEST_BOOTSTRAP")


@contextlib.contextmanager
def kafka(bootstrap: str | None) -> Iterator[str]:
    """The address of ``bootstrap``, or of a broker that lives as long as the block. Raises NoKafkaError."""
    if bootstrap:
        yield bootstrap
        return
    sys.path.insert(0, str(TESTS))
    from support.kafka_server import KafkaServer, KafkaUnavailableError  # noqa: PLC0415 - the tests' own, found just now

    with tempfile.TemporaryDirectory(prefix="driftline-bench-", ignore_cleanup_errors=True) as folder:
        try:
            server = KafkaServer(Path(folder))
        except KafkaUnavailableError as error:
            raise NoKafkaError(str(error)) from error
        with server:
            yield server.bootstrap
