"""A RabbitMQ from Debian's package, on its own ports and in its own folder."""

import json
import os
import secrets
import shutil
import signal
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pika
from pika.adapters.blocking_connection import BlockingChannel

from local.ports import HOST, answers, free_port
from local.process import Process, ServerFailed
from tests.certificate import Certificate

# Not the program on the PATH, which in Debian's package switches to another user.
DEBIAN_PROGRAM = "/usr/lib/rabbitmq/bin/rabbitmq-server"
MISSING = (
    "These tests need RabbitMQ. Install it (on Debian: sudo apt-get install rabbitmq-server) and"
    " run them again."
)

# Properties, routing key, and body as JSON.
Message = tuple[pika.BasicProperties, str, dict[str, Any]]


CONFIGURATION = """\
listeners.ssl.default = {host}:{tls_port}
ssl_options.certfile = {file}
ssl_options.keyfile = {file}
ssl_options.cacertfile = {file}
"""


class RabbitMQ(Process):
    """A server that keeps durable queues over a restart. Its TLS certificate is self-signed."""

    def __init__(self, program: str, directory: Path, port: int, port_mapper: int) -> None:
        self.port, self.tls_port = port, free_port()
        self.certificate = Certificate(directory, HOST).file
        (directory / "plugins").write_text("[].\n")
        (directory / "rabbitmq.conf").write_text(
            CONFIGURATION.format(host=HOST, tls_port=self.tls_port, file=self.certificate)
        )
        environ = {
            **os.environ,
            "HOME": str(directory),
            "RABBITMQ_NODENAME": f"test-{secrets.token_hex(4)}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": HOST,
            "RABBITMQ_NODE_PORT": str(port),
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
            "ERL_EPMD_PORT": str(port_mapper),
            "ERL_EPMD_ADDRESS": HOST,
            "RABBITMQ_MNESIA_BASE": str(directory / "data"),
            "RABBITMQ_LOG_BASE": str(directory / "log"),
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(directory / "plugins"),
            "RABBITMQ_CONFIG_FILE": str(directory / "rabbitmq"),
        }
        super().__init__(
            "rabbitmq",
            [program],
            log=directory / "rabbitmq.log",
            environ=environ,
            ready=lambda: answers(port) and answers(self.tls_port),
            ready_within=120,
            grace=30,
        )

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@{HOST}:{self.port}/%2F"

    @property
    def url_over_tls(self) -> str:
        return f"amqps://guest:guest@{HOST}:{self.tls_port}/%2F"

    @contextmanager
    def channel(self) -> Iterator[BlockingChannel]:
        with pika.BlockingConnection(pika.URLParameters(self.url)) as connection:
            yield connection.channel()


class Queue:
    """A durable queue, bound to a topic exchange for some event types."""

    def __init__(self, server: RabbitMQ, *types: str) -> None:
        self.server = server
        self.name = f"queue-{secrets.token_hex(4)}"
        with server.channel() as channel:
            channel.exchange_declare(self.name, exchange_type="topic", durable=True)
            channel.queue_declare(self.name, durable=True)
            for one in types or ["#"]:
                channel.queue_bind(self.name, self.name, one)

    @property
    def url(self) -> str:
        return f"{self.server.url}?exchange={self.name}"

    def count(self) -> int:
        with self.server.channel() as channel:
            return int(channel.queue_declare(self.name, passive=True).method.message_count)

    def read(self) -> list[Message]:
        """Take out every message: its properties, routing key and body."""
        messages = []
        with self.server.channel() as channel:
            while (got := channel.basic_get(self.name, auto_ack=True))[0]:
                method, properties, body = got
                messages.append((properties, method.routing_key, json.loads(body)))
        return messages

    def seen(self) -> list[tuple[str, int]]:
        """Take out every message: its stream and version."""
        return places_in(self.read())


def places_in(messages: Sequence[Message]) -> list[tuple[str, int]]:
    """The stream and version in each message."""
    return [(body["subject"], int(body["sequence"])) for _, _, body in messages]


@contextmanager
def temporary_rabbitmq() -> Iterator[RabbitMQ]:
    """An empty server on a free port, removed with its data at the end. Fails if RabbitMQ is not
    installed."""
    program = shutil.which(DEBIAN_PROGRAM) or shutil.which("rabbitmq-server")
    mapper_program = shutil.which("epmd")
    if program is None or mapper_program is None:
        raise ServerFailed(MISSING)
    directory = Path(tempfile.mkdtemp(prefix="rabbitmq-"))
    mapper_port = free_port()
    # Otherwise Erlang starts one itself, and leaves it running.
    mapper = _port_mapper(mapper_program, mapper_port, directory)
    server = RabbitMQ(program, directory, free_port(), mapper_port)
    try:
        mapper.start()
        server.start()
        yield server
    finally:
        server.stop()
        mapper.stop()
        shutil.rmtree(directory)


def _port_mapper(program: str, port: int, directory: Path) -> Process:
    environ: Mapping[str, str] = {**os.environ, "ERL_EPMD_PORT": str(port)}
    return Process(
        "epmd",
        [program, "-address", HOST, "-port", str(port)],
        log=directory / "epmd.log",
        environ=environ,
        ready=lambda: answers(port),
        stop_signal=signal.SIGTERM,
    )
