"""Following the topic with the commands: an offset is committed when its command is dealt with.

A repeat after a crash finds the command taken. What can't be taken goes to the topic of dead
letters with the reasons, so that nothing behind it waits.
"""

import threading
from collections.abc import Sequence
from typing import Any, NamedTuple, cast

import msgspec
import structlog
from cloudevents.core.base import BaseCloudEvent
from cloudevents.core.bindings.common import get_event_factory_for_version
from cloudevents.core.bindings.kafka import KafkaMessage, from_kafka
from cloudevents.core.exceptions import CloudEventValidationError, MissingRequiredAttributeError
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.spec import SPECVERSION_V1_0
from confluent_kafka import Consumer, KafkaError, KafkaException, Message, Producer

from app.applications.intake.address import IntakeAddress
from app.applications.intake.submit_command import (
    AlreadyTaken,
    CommandRefused,
    Problems,
    take_command,
)
from app.applications.questions.questionnaire import current_questionnaire
from app.bridges.kafka import IN_ORDER, NO_ANSWER, client_settings, describe
from app.database import DATABASE_AWAY, db, kind_of
from app.events.tracing import start_trace
from app.firm.brand import current_brand
from app.telemetry.context import read_traceparent

POLL_SECONDS = 0.5
RETRY_SECONDS = 1.0
CONFIRM_SECONDS = 10.0
# How soon the commands of a process that died go to another.
SESSION_MS = 6000
REASONS = "dead-letter-reasons"
ORIGIN = "dead-letter-origin"
TOO_LARGE = "MSG_SIZE_TOO_LARGE"
TOO_MUCH = {"": "It is too large to be set aside with its reasons."}
log = structlog.get_logger()


class NotConfirmed(Exception):
    """The brokers did not take a dead letter; the text says why, in librdkafka's word for it."""


def run_intake(address: IntakeAddress, stop: threading.Event) -> None:
    """Take commands until ``stop`` is set; processes of one group share the partitions out."""
    consumer = Consumer(
        {
            **client_settings(address.kafka),
            "group.id": address.group,
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            "session.timeout.ms": SESSION_MS,
        }
    )
    dead_letters = DeadLetters(address)
    consumer.subscribe([address.kafka.topic])
    try:
        while not stop.is_set():
            message = consumer.poll(POLL_SECONDS)
            if message is None:
                continue
            if error := message.error():
                log.warning("intake.unreachable", error=describe(error))
            elif deal_with(message, dead_letters, stop):
                _commit(consumer, message)
    finally:
        consumer.close()


Headers = Sequence[tuple[str, str | bytes | None]]


class Letter(NamedTuple):
    """What is written of a refused command."""

    value: str | bytes | None
    key: str | bytes | None
    headers: Headers
    problems: Problems


class DeadLetters:
    """The topic for what is refused, as it came, with the reasons and the origin as headers."""

    def __init__(self, address: IntakeAddress) -> None:
        self._topic = address.dead_letters
        self._settings = {**client_settings(address.kafka), **IN_ORDER}
        self._producer: Producer | None = None

    def add(self, message: Message, problems: Problems) -> None:
        """Return when it is confirmed. One that is too large together with its reasons stays in the
        topic that it came from, and only its place there is told, with as much of the rest as is
        taken. Raises NotConfirmed; what was not sent by then never is."""
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
        """Return whether it is small enough for the brokers."""
        producer = self._producer = self._producer or Producer(self._settings)
        reports: list[KafkaError | None] = []
        reasons = [(REASONS, msgspec.json.encode(letter.problems)), (ORIGIN, origin.encode())]
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
        # What was not sent is forgotten, and a producer that failed may refuse everything.
        producer.purge()
        self._producer = None
        cause = describe(reports[0]) if reports and reports[0] else NO_ANSWER
        if cause != TOO_LARGE:
            raise NotConfirmed(cause)
        return False


def origin_of(message: Message) -> str:
    """The message's place: topic, partition and offset."""
    return f"{message.topic()}/{message.partition()}/{message.offset()}"


def deal_with(message: Message, dead_letters: DeadLetters, stop: threading.Event) -> bool:
    """Take the command, or set it aside; return whether its offset may be committed.

    While the database or the brokers are away it is tried again, and nothing else is read.
    """
    while not stop.is_set():
        try:
            if problems := _take(message):
                dead_letters.add(message, problems)
                log.warning("intake.refused", origin=origin_of(message), about=_loggable(problems))
        except (*DATABASE_AWAY, NotConfirmed) as error:
            db.session.rollback()
            cause = str(error) if isinstance(error, NotConfirmed) else None
            log.warning("intake.waiting", error=kind_of(error), cause=cause)
            stop.wait(RETRY_SECONDS)
        else:
            return True
    return False


def _loggable(problems: Problems) -> list[str]:
    """What the problems are about, as far as it is ours: a key that is no question's may hold what
    somebody typed, and "" is the command as a whole."""
    keys = current_questionnaire().keys
    return sorted({key if key in keys else "" for key in problems})


def _take(message: Message) -> Problems:
    """Commit what the message asks for, or return why that can't be. Raises DATABASE_AWAY."""
    start_trace()  # so that what can't be read is not logged in the trace of the command before
    try:
        command = _read(message)
        if sender := read_traceparent(str(command.get_extension("traceparent"))):
            start_trace(sender.trace_id)
        take_command(
            db.session(),
            command,
            current_questionnaire(),
            prefix=current_brand().reference_prefix,
        )
        db.session.commit()
    except DATABASE_AWAY:
        raise
    except AlreadyTaken:
        db.session.rollback()
        log.info("intake.repeated", origin=origin_of(message))
    except CommandRefused as refusal:
        db.session.rollback()
        return refusal.problems
    except Exception as error:  # noqa: BLE001 - one command's trouble is not the others'
        db.session.rollback()
        # Its text may quote what somebody typed.
        log.error("intake.failed", origin=origin_of(message), error=kind_of(error))  # noqa: TRY400
        return {"": f"It could not be recorded ({kind_of(error)})."}
    else:
        log.info("intake.taken", origin=origin_of(message))
    return {}


def _read(message: Message) -> BaseCloudEvent:
    headers = dict(cast(list[tuple[str, bytes]], message.headers() or []))
    written = KafkaMessage(headers, message.key(), message.value() or b"")
    try:
        return from_kafka(written, JSONFormat(), _identified)
    except CloudEventValidationError as invalid:
        wrong = ", ".join(invalid.errors)
        raise CommandRefused({"": f"This is no CloudEvent: look at its {wrong}."}) from None
    except Exception as error:  # noqa: BLE001 - anybody may have written anything into the topic
        raise CommandRefused({"": f"This is no CloudEvent ({type(error).__name__})."}) from None


def _identified(attributes: dict[str, Any], data: Any) -> BaseCloudEvent:
    """The event with these attributes. Where none is its id, the library would invent one, another
    at each repeat. Raises CloudEventValidationError."""
    if "id" not in attributes:
        raise CloudEventValidationError({"id": [MissingRequiredAttributeError("id")]})
    version = attributes.get("specversion", SPECVERSION_V1_0)
    return get_event_factory_for_version(version)(attributes, data)


def _commit(consumer: Consumer, message: Message) -> None:
    """Without the commit the command comes again, and is found taken."""
    try:
        consumer.commit(message=message, asynchronous=False)
    except KafkaException as error:
        log.warning("intake.offset_not_committed", error=describe(error))
