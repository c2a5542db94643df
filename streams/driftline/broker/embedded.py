"""A Kafka-protocol broker without Kafka: librdkafka's mock cluster, in a process of its own.

The confluent-kafka wheel carries librdkafka, and librdkafka carries a mock cluster (``rdkafka_mock.h``) that speaks the
protocol to any client. It serves the demo and the tests. It is no store: it keeps 5 MiB or 100,000 records of a
partition and silently drops what is older, knows nothing of transactions, and does not implement CreateTopics; topics are
made here, by name.

The process (``python -m driftline.broker.embedded --topic captures:4``) prints one JSON line with its address, obeys one
JSON command a line on its standard input, and lives exactly as long as that stays open: it cannot outlive its parent,
however that dies.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from typing import IO, Any, Self

import confluent_kafka.cimpl

from driftline.errors import BrokerError

_PRODUCER = 0  # rd_kafka_type_t: the handle that owns the cluster; it never produces
_ERROR_LEVEL = b"3"  # syslog's: the mock cluster chats about every closed connection
_REBALANCE_DELAY_MS = 300  # chosen, because workers of one start join together without a wait that people notice


class MockCluster:
    """The cluster itself, inside this process; everything it owns is freed by `close`."""

    def __init__(self, brokers: int = 1) -> None:
        self._lib = _librdkafka()
        error = ctypes.create_string_buffer(512)
        conf = self._lib.rd_kafka_conf_new()
        self._lib.rd_kafka_conf_set(conf, b"log_level", _ERROR_LEVEL, error, len(error))
        self._handle = self._lib.rd_kafka_new(_PRODUCER, conf, error, len(error))
        if not self._handle:
            raise BrokerError(f"the embedded broker could not be started: {error.value.decode()}")
        self._cluster = self._lib.rd_kafka_mock_cluster_new(self._handle, brokers)
        self._lib.rd_kafka_mock_set_controller_id(self._cluster, 1)
        self._lib.rd_kafka_mock_group_initial_rebalance_delay_ms(self._cluster, _REBALANCE_DELAY_MS)

    @property
    def bootstrap(self) -> str:
        """``host:port`` of its brokers, separated by commas."""
        return str(self._lib.rd_kafka_mock_cluster_bootstraps(self._cluster).decode())

    def create_topic(self, name: str, partitions: int) -> None:
        """Create a topic. Raises BrokerError when it exists already."""
        code = self._lib.rd_kafka_mock_topic_create(self._cluster, name.encode(), partitions, 1)
        if code:
            raise BrokerError(f"topic {name!r} could not be created on the embedded broker (code {code})")

    def delete_topic(self, name: str) -> None:
        """Delete a topic; one of the same name that is created later is another. Raises BrokerError when there is none."""
        code = self._lib.rd_kafka_mock_topic_delete(self._cluster, name.encode())
        if code:
            raise BrokerError(f"topic {name!r} could not be deleted on the embedded broker (code {code})")

    def close(self) -> None:
        """Stop serving and free everything."""
        self._lib.rd_kafka_mock_cluster_destroy(self._cluster)
        self._lib.rd_kafka_destroy(self._handle)


class EmbeddedBroker:
    """The mock cluster in a child process, as a context manager.

    >>> with EmbeddedBroker({"captures": 2}) as broker:
    ...     broker.bootstrap.startswith("127.0.0.1:")
    True
    """

    def __init__(self, topics: Mapping[str, int] | None = None, *, brokers: int = 1) -> None:
        """Start it and wait until it serves; ``topics`` are names with their number of partitions. Raises BrokerError."""
        command = [sys.executable, "-m", "driftline.broker.embedded", "--brokers", str(brokers)]
        for name, partitions in (topics or {}).items():
            command += ["--topic", f"{name}:{partitions}"]
        # A session of its own: Ctrl-C reaches the parent alone, which can still flush before it closes this.
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True, text=True
        )
        self.bootstrap: str = self._answer()["bootstrap"]

    @property
    def pid(self) -> int:
        """Process id of the broker."""
        return self._process.pid

    def create_topic(self, name: str, partitions: int) -> None:
        """Create a topic. Raises BrokerError when it exists already."""
        self._command({"create": name, "partitions": partitions})

    def delete_topic(self, name: str) -> None:
        """Delete a topic with everything in it. Raises BrokerError when there is none."""
        self._command({"delete": name})

    def close(self) -> None:
        """Stop it; nothing when it has been stopped before."""
        with contextlib.suppress(BrokenPipeError):
            _pipe(self._process.stdin).close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        _pipe(self._process.stdout).close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _command(self, command: dict[str, object]) -> None:
        stdin = _pipe(self._process.stdin)
        try:
            stdin.write(json.dumps(command) + "\n")
            stdin.flush()
        except OSError as error:
            raise BrokerError("the embedded broker has stopped") from error
        self._answer()

    def _answer(self) -> dict[str, Any]:
        line = _pipe(self._process.stdout).readline()
        if not line:
            self.close()
            raise BrokerError(f"the embedded broker has stopped (exit code {self._process.returncode})")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise BrokerError(answer["error"])
        return answer


def main(arguments: list[str] | None = None) -> None:
    """Serve until the standard input ends."""
    import argparse  # noqa: PLC0415 - only the child process parses arguments

    parser = argparse.ArgumentParser(prog="python -m driftline.broker.embedded", description=__doc__.splitlines()[0])
    parser.add_argument("--topic", action="append", default=[], metavar="NAME:PARTITIONS", help="create this topic")
    parser.add_argument("--brokers", type=int, default=1, help="brokers of the cluster")
    options = parser.parse_args(arguments)
    cluster = MockCluster(options.brokers)
    for topic in options.topic:
        name, _, partitions = topic.rpartition(":")
        cluster.create_topic(name, int(partitions))
    _say({"bootstrap": cluster.bootstrap})
    _serve(cluster, sys.stdin)
    cluster.close()


def _serve(cluster: MockCluster, lines: Iterable[str]) -> None:
    for line in lines:
        try:
            _obey(cluster, json.loads(line))
        except (BrokerError, ValueError, KeyError) as error:
            _say({"error": str(error)})
        else:
            _say({"done": True})


def _obey(cluster: MockCluster, command: dict[str, Any]) -> None:
    if "create" in command:
        cluster.create_topic(command["create"], command["partitions"])
    else:
        cluster.delete_topic(command["delete"])


def _say(answer: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def _pipe(stream: IO[str] | None) -> IO[str]:
    if stream is None:  # pragma: no cover - both are opened as pipes above
        raise BrokerError("the embedded broker has no pipe")
    return stream


def _librdkafka() -> ctypes.CDLL:
    """The librdkafka that the client itself has loaded: looked up through the extension module, wherever the wheel puts it."""
    lib = ctypes.CDLL(confluent_kafka.cimpl.__file__)
    pointer, text, size = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t
    signatures: dict[str, tuple[Any, list[Any]]] = {
        "rd_kafka_conf_new": (pointer, []),
        "rd_kafka_conf_set": (ctypes.c_int, [pointer, text, text, text, size]),
        "rd_kafka_new": (pointer, [ctypes.c_int, pointer, text, size]),
        "rd_kafka_destroy": (None, [pointer]),
        "rd_kafka_mock_cluster_new": (pointer, [pointer, ctypes.c_int]),
        "rd_kafka_mock_cluster_destroy": (None, [pointer]),
        "rd_kafka_mock_cluster_bootstraps": (text, [pointer]),
        "rd_kafka_mock_set_controller_id": (ctypes.c_int, [pointer, ctypes.c_int32]),
        "rd_kafka_mock_topic_create": (ctypes.c_int, [pointer, text, ctypes.c_int, ctypes.c_int]),
        "rd_kafka_mock_topic_delete": (ctypes.c_int, [pointer, text]),
        "rd_kafka_mock_group_initial_rebalance_delay_ms": (None, [pointer, ctypes.c_int32]),
    }
    for name, (result, arguments) in signatures.items():
        function = getattr(lib, name)
        function.restype = result
        function.argtypes = arguments
    return lib


if __name__ == "__main__":
    main()
