"""The sink for RabbitMQ: a topic exchange, persistent messages, and a confirmation for each."""

import ssl
import time
from collections.abc import Sequence
from contextlib import suppress

import pika
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import AMQPError, UnroutableError

from app.bridges.addresses import RabbitAddress
from app.bridges.sink import SEND_SECONDS, Sent

# pika takes a connection for dead after twice this plus ten seconds.
HEARTBEAT_SECONDS = 4
CONNECT_SECONDS = 5
BLOCKED_SECONDS = 10
UNROUTABLE = "no queue is bound for {}"
_json = JSONFormat()


class RabbitSink:
    """Publishes each event under its type as routing key, in CloudEvents' JSON format.

    An event that no queue is bound for is passed over: the bridge can't wait for somebody to ask
    for that type.
    """

    def __init__(self, address: RabbitAddress) -> None:
        self._exchange = address.exchange
        self._parameters = pika.URLParameters(address.url)
        if address.ca:
            trusting = ssl.create_default_context(cafile=address.ca)
            self._parameters.ssl_options = pika.SSLOptions(trusting)
        self._parameters.heartbeat = HEARTBEAT_SECONDS
        self._parameters.socket_timeout = self._parameters.stack_timeout = CONNECT_SECONDS
        # RabbitMQ stops taking messages while it is short of memory or disk.
        self._parameters.blocked_connection_timeout = BLOCKED_SECONDS
        self._connection: pika.BlockingConnection | None = None
        self._channel: BlockingChannel | None = None

    def send(self, batch: Sequence[CloudEvent]) -> Sent:
        """Publish one event after the other, each confirmed before the next."""
        settled, passed_over, trouble = 0, {}, ""
        deadline = time.monotonic() + SEND_SECONDS
        try:
            channel = self._channel = self._channel or self._open_channel()
            for event in batch:
                try:
                    self._publish(channel, event)
                except UnroutableError:
                    passed_over[event.get_id()] = UNROUTABLE.format(event.get_type())
                settled += 1
                if time.monotonic() > deadline:
                    break
        except (AMQPError, OSError) as error:
            trouble = describe(error)
            self.close()
        return Sent(settled, passed_over, trouble)

    def close(self) -> None:
        if self._connection:
            with suppress(AMQPError, OSError):
                self._connection.close()
            self._connection = self._channel = None

    def _open_channel(self) -> BlockingChannel:
        # Assigned first, so that it is closed even if the broker refuses the exchange.
        self._connection = pika.BlockingConnection(self._parameters)
        channel = self._connection.channel()
        channel.exchange_declare(self._exchange, exchange_type="topic", durable=True)
        channel.confirm_delivery()
        return channel

    def _publish(self, channel: BlockingChannel, event: CloudEvent) -> None:
        channel.basic_publish(
            self._exchange,
            routing_key=event.get_type(),
            body=_json.write(event),
            properties=pika.BasicProperties(
                content_type=_json.get_content_type(),
                delivery_mode=pika.DeliveryMode.Persistent,
                message_id=event.get_id(),
                type=event.get_type(),
            ),
            mandatory=True,
        )


def describe(error: Exception) -> str:
    """The kind of failure, with the broker's code or the reason its certificate was refused."""
    code = getattr(error, "reply_code", None) or getattr(error, "verify_message", None)
    return f"{type(error).__name__}{f' ({code})' if code else ''}"
