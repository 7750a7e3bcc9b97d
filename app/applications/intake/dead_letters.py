"""The dead-letter topic: refused commands with the reasons, so that nothing behind them waits."""

import json
from collections.abc import Sequence
from typing import NamedTuple, cast

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from app.applications.intake.address import IntakeAddress
from app.applications.intake.submit_command import Problems
from app.platform.kafka import NO_ANSWER, client_settings, describe

CONFIRM_SECONDS = 10.0
# Each letter is confirmed before the next, so their order is safe by itself.
ONCE = {
    "enable.idempotence": True,
    # By default it would wait for a missing topic longer than this, and never name it.
    "topic.metadata.propagation.max.ms": int(CONFIRM_SECONDS * 500),
}
REASONS = "dead-letter-reasons"
ORIGIN = "dead-letter-origin"
TOO_LARGE = "MSG_SIZE_TOO_LARGE"
TOO_MUCH = {"": "It is too large to set aside with its reasons."}

Headers = Sequence[tuple[str, str | bytes | None]]


class NotConfirmed(Exception):
    """The brokers did not confirm a dead letter; the text is librdkafka's name for the reason."""


class Letter(NamedTuple):
    """What is written for a refused command."""

    value: str | bytes | None
    key: str | bytes | None
    headers: Headers
    problems: Problems


class DeadLetters:
    """The topic for refused messages as they came, with the reasons and the origin as headers."""

    def __init__(self, address: IntakeAddress) -> None:
        self._topic = address.dead_letters
        self._settings = {**client_settings(address.kafka), **ONCE}
        self._producer: Producer | None = None

    def add(self, message: Message, problems: Problems) -> None:
        """Write the message and wait for the confirmation. If it is too large together with its
        reasons, it stays in the topic that it came from, and the dead letter names its place there,
        with as much of the rest as fits. Raises NotConfirmed; nothing is sent later in that
        case."""
        headers = cast(Headers, message.headers() or [])
        whole = Letter(message.value(), message.key(), headers, problems)
        letters = (
            whole,
            whole._replace(value=None),
            whole._replace(value=None, problems=TOO_MUCH),
            Letter(None, None, [], TOO_MUCH),
        )
        origin = origin_of(message)
        if not any(self._write(letter, origin) for letter in letters):
            raise NotConfirmed(TOO_LARGE)

    def _write(self, letter: Letter, origin: str) -> bool:
        """Return False if the letter is too large for the brokers. Raises NotConfirmed."""
        producer = self._producer = self._producer or Producer(self._settings)
        reports: list[KafkaError | None] = []
        # msgspec would refuse half a surrogate pair, which the key of a problem may have.
        reasons = [(REASONS, json.dumps(letter.problems)), (ORIGIN, origin)]
        try:
            producer.produce(
                self._topic,
                letter.value,
                letter.key,
                headers=[*letter.headers, *reasons],
                on_delivery=lambda error, _: reports.append(error),
            )
        except KafkaException as error:
            reports.append(error.args[0])
        producer.flush(CONFIRM_SECONDS)
        if reports and reports[0] is None:
            return True
        # Drop unsent messages, and use a new producer: one that failed may refuse everything.
        producer.purge()
        self._producer = None
        cause = describe(reports[0]) if reports and reports[0] else NO_ANSWER
        if cause != TOO_LARGE:
            raise NotConfirmed(cause)
        return False


def origin_of(message: Message) -> str:
    """The message's place: topic, partition and offset."""
    return f"{message.topic()}/{message.partition()}/{message.offset()}"
