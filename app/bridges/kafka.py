"""The sink for Kafka, or for anything that speaks its protocol."""

from collections.abc import Sequence
from functools import partial

from cloudevents.core.bindings.kafka import to_binary_event
from cloudevents.core.v1.event import CloudEvent
from confluent_kafka import KafkaError, KafkaException, Message, Producer

from app.bridges.sink import SEND_SECONDS, Sent
from app.platform.kafka import NO_ANSWER, KafkaTopic, client_settings, describe

# A message that fails for good stops the producer, so that none after it gets through without it.
# That does not cover a message that times out, so none may before the whole batch is given up.
IN_ORDER = {
    "enable.idempotence": True,
    "acks": "all",
    "enable.gapless.guarantee": True,
    "message.timeout.ms": int(SEND_SECONDS * 2000),
    # By default it would wait for a missing topic longer than for a batch, and never name it.
    "topic.metadata.propagation.max.ms": int(SEND_SECONDS * 500),
}
# These say only that there is no connection; an earlier report, or another address's, says why.
VAGUE = {"_ALL_BROKERS_DOWN", "_TRANSPORT"}


class KafkaSink:
    """Sends a stream's events to one partition, in their order, each once per producer.

    The events go out in binary mode: the value is the event's data as JSON, which any consumer of
    the topic can read, and the attributes are headers.
    """

    def __init__(self, kafka: KafkaTopic) -> None:
        self._topic = kafka.topic
        self._settings = {
            **client_settings(kafka),
            **IN_ORDER,
            "linger.ms": 5,
            "error_cb": self._note_cause,
        }
        self._cause = ""
        self._producer: Producer | None = None

    def send(self, batch: Sequence[CloudEvent]) -> Sent:
        """Send the events. A failed message and all after it count as unconfirmed, even if some of
        those got through."""
        producer = self._producer = self._producer or Producer(self._settings)
        self._cause = ""
        troubles = [NO_ANSWER] * len(batch)
        for index, event in enumerate(batch):
            message = to_binary_event(event)
            try:
                producer.produce(
                    self._topic,
                    message.value,
                    message.key,
                    headers=list(message.headers.items()),
                    on_delivery=partial(_note, troubles, index),
                )
            except (KafkaException, BufferError) as error:
                troubles[index] = describe(error)
                break
        producer.flush(SEND_SECONDS)
        settled = next((i for i, trouble in enumerate(troubles) if trouble), len(batch))
        if settled == len(batch):
            return Sent(settled)
        self.close()
        trouble, cause = troubles[settled], self._cause
        is_told = bool(cause) and trouble == NO_ANSWER
        return Sent(settled, trouble=f"{trouble} ({cause})" if is_told else trouble)

    def _note_cause(self, error: KafkaError) -> None:
        """librdkafka's report on a connection."""
        cause = describe(error)
        if not self._cause or cause not in VAGUE:
            self._cause = cause

    def close(self) -> None:
        """Drop the producer with what it has not sent: after a failure it may refuse everything. A
        new one starts from the bridge's place in the log."""
        if self._producer:
            self._producer.purge()
            self._producer = None


def _note(troubles: list[str], index: int, error: KafkaError | None, _: Message) -> None:
    """librdkafka's report on one message."""
    troubles[index] = describe(error) if error else ""
