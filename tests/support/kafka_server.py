"""A real Apache Kafka (KRaft, one node) from Maven's jars, for tests; `cd tests; python -m support.kafka_server` runs one.

The jars are copied once into a cache named by what `tests/kafka/pom.xml` says (46 of them, 44 MB); after that it is up in
a few seconds. It listens on free ports of 127.0.0.1 only, and dies with the process that started it.
"""

from __future__ import annotations

import base64
import contextlib
import ctypes
import hashlib
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from support.secure_listener import SecureListener

POM = Path(__file__).parents[1] / "kafka" / "pom.xml"
START_SECONDS = 90
STOP_SECONDS = 60
JVM = ["-Xms128m", "-Xmx512m", "-XX:+UseSerialGC", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"]
PR_SET_PDEATHSIG = 1
OWN_PORTS = (15_000, 32_000)

PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}{secure}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}{secure}
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL
inter.broker.listener.name=PLAINTEXT
log.dirs={data}
offsets.topic.replication.factor=1
offsets.topic.num.partitions=3
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=3
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
"""


class KafkaUnavailableError(Exception):
    """Kafka cannot be had on this machine: no Java, no Maven, or no jars."""


class KafkaServer:
    """One broker; a context manager. ``bootstrap`` is its address, ``log`` the file it writes to.

    ``data`` is where its logs lie (a file system of a fixed size, say), ``more`` further properties. It can be stopped and
    started again on the same data and ports. With ``is_secure`` it has a second listener, with TLS and SCRAM: ``secure``.
    """

    def __init__(
        self,
        directory: Path,
        *,
        data: Path | None = None,
        more: Mapping[str, object] | None = None,
        is_secure: bool = False,
        port: int | None = None,
    ) -> None:
        jars = fetch_jars()
        own, controller, beside = free_ports(3)
        port = port or own
        self.secure = SecureListener(directory / "tls", beside) if is_secure else None
        self.bootstrap = f"127.0.0.1:{port}"
        self.log = directory / "broker.log"
        directory.mkdir(parents=True, exist_ok=True)
        self._properties = directory / "server.properties"
        text = PROPERTIES.format(
            port=port, controller=controller, data=data or directory / "data", secure=self._listener
        )
        text += self.secure.properties if self.secure else ""
        self._properties.write_text(text + "".join(f"{name}={value}\n" for name, value in (more or {}).items()))
        self._java = ["java", *JVM, "-cp", f"{jars}/*"]
        with self.log.open("wb") as log:
            tool = ["kafka.tools.StorageTool", "format", f"--cluster-id={cluster_id()}", "-c", str(self._properties)]
            tool += self.secure.format_options if self.secure else []
            subprocess.run([*self._java, *tool], stdout=log, stderr=log, check=True)
        self.start()

    @property
    def _listener(self) -> str:
        return f",SASL_SSL://{self.secure.bootstrap}" if self.secure else ""

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def start(self) -> None:
        """Start it, for the first time or again."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*self._java, "kafka.Kafka", str(self._properties)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent,  # noqa: PLW1509 - one system call, before any thread of the child
            )
        self._wait_until_up()

    def stop(self) -> None:
        """Ask for an orderly end."""
        self._process.terminate()
        self._process.wait(STOP_SECONDS)

    def _wait_until_up(self) -> None:
        client = AdminClient({"bootstrap.servers": self.bootstrap, "log_level": 0})
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.is_running:
            try:
                if client.list_topics(timeout=2).brokers:
                    return
            except KafkaException:
                time.sleep(0.2)
        self.close()
        raise RuntimeError(f"Kafka did not start; the end of {self.log}:\n{self.log.read_text()[-3000:]}")

    def close(self) -> None:
        """Kill it; at the end of a run, its data are thrown away, so that nothing is gained by an orderly end."""
        if self.is_running:
            self._process.kill()
        self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def fetch_jars() -> Path:
    """The folder of the jars, filled by Maven at first. Raises KafkaUnavailableError."""
    if shutil.which("java") is None:
        raise KafkaUnavailableError("a real Kafka needs Java 17 or newer on the PATH (or DRIFTLINE_TEST_BOOTSTRAP)")
    pom = POM.read_bytes()
    root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "driftline"
    jars = root / f"kafka-{hashlib.sha256(pom).hexdigest()[:12]}"
    if jars.is_dir():
        return jars
    maven = shutil.which("mvn")
    if maven is None:
        raise KafkaUnavailableError("a real Kafka needs Maven on the PATH for its jars (or DRIFTLINE_TEST_BOOTSTRAP)")
    root.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=root) as scratch:
        target = Path(scratch) / "jars"
        command = [maven, "-q", "-B", "-f", str(POM), "dependency:copy-dependencies", f"-DoutputDirectory={target}"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise KafkaUnavailableError(f"Maven could not fetch Kafka's jars:\n{(done.stdout + done.stderr)[-2000:]}")
        try:
            target.rename(jars)
        except OSError:  # another run was quicker
            if not jars.is_dir():
                raise
    return jars


def cluster_id() -> str:
    """A UUID in Kafka's spelling (URL-safe base64); one in 64 begins with a dash, so it is never an argument of its own."""
    return base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on right now, all different.

    They lie below those that the kernel gives to outgoing connections, of which one might take them before they are used.
    """
    found: list[int] = []
    while len(found) < count:
        port = random.randrange(*OWN_PORTS)
        with socket.socket() as one, contextlib.suppress(OSError):
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            one.bind(("127.0.0.1", port))
            found += [] if port in found else [port]
    return found


def die_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    folder = Path(tempfile.mkdtemp(prefix="kafka-"))
    with KafkaServer(folder) as server:
        print(server.bootstrap, flush=True)
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
        signal.sigwait({signal.SIGINT, signal.SIGTERM})
    shutil.rmtree(folder, ignore_errors=True)
