"""Follows the topic of commands: an offset is committed once its command has been dealt with.

A command that is repeated after a crash is found to be taken. One that can't be taken goes to the
dead-letter topic with the reasons, so that nothing behind it waits.
"""

import threading
import time
from collections.abc import Collection
from typing import Any, cast

import structlog
from cloudevents.core.base import BaseCloudEvent
from cloudevents.core.bindings.common import get_event_factory_for_version
from cloudevents.core.bindings.kafka import KafkaMessage, from_kafka
from cloudevents.core.exceptions import CloudEventValidationError, MissingRequiredAttributeError
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.spec import SPECVERSION_V1_0
from confluent_kafka import Consumer, KafkaException, Message

from app.applications.intake.address import IntakeAddress
from app.applications.intake.dead_letters import DeadLetters, NotConfirmed, origin_of
from app.applications.intake.standing import Standing, note_refused, note_standing
from app.applications.intake.submit_command import (
    AlreadyTaken,
    CommandRefused,
    Problems,
    take_command,
)
from app.applications.questions.questionnaire import current_questionnaire
from app.events.tracing import start_trace
from app.firm.brand import current_brand
from app.platform.command_group import PROGRAMMING_ERRORS, needs_upgrade
from app.platform.database import DATABASE_AWAY, db, kind_of
from app.platform.kafka import client_settings, describe
from app.platform.telemetry.context import read_traceparent

POLL_SECONDS = 0.5
RETRY_SECONDS = 1.0
NOTE_SECONDS = 10.0
BROKER_SECONDS = 2.0
# How soon another process takes over from one that died.
SESSION_MS = 6000
CONTENT_TYPE = "content-type"
STRUCTURED = b"application/cloudevents"
log = structlog.get_logger()


def run_intake(address: IntakeAddress, stop: threading.Event) -> None:
    """Take commands until ``stop`` is set; the processes of a group share the partitions."""
    # While the brokers are away, librdkafka reports that twenty times a second.
    troubles: set[str] = set()
    consumer = Consumer(
        {
            **client_settings(address.kafka),
            "group.id": address.group,
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            "session.timeout.ms": SESSION_MS,
            "error_cb": lambda error: troubles.add(describe(error)),
        }
    )
    dead_letters = DeadLetters(address)
    consumer.subscribe([address.kafka.topic])
    noted = time.monotonic()
    try:
        while not stop.is_set():
            if time.monotonic() - noted >= NOTE_SECONDS:
                _note_standing(consumer, troubles)
                troubles.clear()
                noted = time.monotonic()
            message = consumer.poll(POLL_SECONDS)
            if message is None:
                continue
            if error := message.error():
                troubles.add(describe(error))
            elif deal_with(message, dead_letters, stop):
                _commit(consumer, message)
    finally:
        consumer.close()


def deal_with(message: Message, dead_letters: DeadLetters, stop: threading.Event) -> bool:
    """Take the command, or write it to the dead letters; return whether its offset may be
    committed.

    While the database or the brokers are unavailable, or the database is not made ready for this
    release, it is retried, and nothing else is read.
    """
    while not stop.is_set():
        try:
            if problems := _take(message):
                _note_refused(message)
                dead_letters.add(message, problems)
                log.warning("intake.refused", origin=origin_of(message), about=_loggable(problems))
        except (*DATABASE_AWAY, *PROGRAMMING_ERRORS, NotConfirmed) as error:
            db.session.rollback()
            cause = str(error) if isinstance(error, NotConfirmed) else None
            log.warning("intake.waiting", error=kind_of(error), cause=cause)
            stop.wait(RETRY_SECONDS)
        else:
            return True
    return False


def _loggable(problems: Problems) -> list[str]:
    """The keys of the problems that may be logged. A key that isn't a question's may hold what
    somebody typed, so it becomes "", which stands for the command as a whole."""
    keys = current_questionnaire().keys
    return sorted({key if key in keys else "" for key in problems})


def _take(message: Message) -> Problems:
    """Commit what the message asks for, or return why not. Raises an error of the database that is
    not about this message."""
    start_trace()  # so that an unreadable message isn't logged in the previous command's trace
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
    except Exception as error:  # one command's trouble is not the others'
        db.session.rollback()
        if needs_upgrade(error):
            raise
        # Only the kind of error, since its text may quote what somebody typed.
        log.error("intake.failed", origin=origin_of(message), error=kind_of(error))  # noqa: TRY400
        return {"": f"It could not be recorded ({kind_of(error)})."}
    else:
        log.info("intake.taken", origin=origin_of(message))
    return {}


def _read(message: Message) -> BaseCloudEvent:
    try:
        return from_kafka(_written(message), JSONFormat(), _identified)
    except CloudEventValidationError as invalid:
        wrong = ", ".join(invalid.errors)
        raise CommandRefused({"": f"This is not a CloudEvent: check its {wrong}."}) from None
    except Exception as error:  # noqa: BLE001 - anybody may have written anything into the topic
        raise CommandRefused({"": f"This is not a CloudEvent ({type(error).__name__})."}) from None


def _written(message: Message) -> KafkaMessage:
    """The message reduced to its CloudEvent: without the key, and with only the headers that belong
    to it, since others may hold anything. A structured event may repeat its attributes as headers;
    these are dropped too."""
    given = cast(list[tuple[str, bytes]], message.headers() or [])
    headers = {name.lower(): value for name, value in given}
    is_structured = (headers.get(CONTENT_TYPE) or b"").lower().startswith(STRUCTURED)
    own = {
        name: value
        for name, value in headers.items()
        if name == CONTENT_TYPE or (name.startswith("ce_") and not is_structured)
    }
    return KafkaMessage(own, None, message.value() or b"")


def _identified(attributes: dict[str, Any], data: Any) -> BaseCloudEvent:
    """The event with these attributes. Raises CloudEventValidationError, also if the id is missing:
    the library would invent one, and a different one at each repeat."""
    if "id" not in attributes:
        raise CloudEventValidationError({"id": [MissingRequiredAttributeError("id")]})
    version = attributes.get("specversion", SPECVERSION_V1_0)
    return get_event_factory_for_version(version)(attributes, data)


def _note_refused(message: Message) -> None:
    place = (message.topic(), message.partition(), message.offset())
    note_refused(db.session(), *cast(tuple[str, int, int], place))  # only a sent one may lack some
    db.session.commit()


def _note_standing(consumer: Consumer, troubles: Collection[str]) -> None:
    """Note where this process stands, and log the ``troubles`` with the brokers since the last
    time. If it can't be noted, the operator sees the intake as silent."""
    if troubles:
        log.warning("intake.unreachable", error=", ".join(sorted(troubles)))
    try:
        note_standing(db.session(), _standing_of(consumer))
        db.session.commit()
    except (*DATABASE_AWAY, *PROGRAMMING_ERRORS, KafkaException) as error:
        db.session.rollback()
        cause = describe(error) if isinstance(error, KafkaException) else kind_of(error)
        log.warning("intake.standing_not_noted", error=cause)


def _standing_of(consumer: Consumer) -> list[Standing]:
    """Where the brokers say that its partitions stand. Raises KafkaException."""
    own, standings = consumer.assignment(), []
    for one in consumer.committed(own, BROKER_SECONDS) if own else ():
        _, end = consumer.get_watermark_offsets(one, cached=True)
        position = max(one.offset, 0)  # negative before the first commit
        standings.append(Standing(one.topic, one.partition, position, max(end - position, 0)))
    return standings


def _commit(consumer: Consumer, message: Message) -> None:
    """Commit the offset. If that fails the command comes again, and is found to be taken."""
    try:
        consumer.commit(message=message, asynchronous=False)
    except KafkaException as error:
        log.warning("intake.offset_not_committed", error=describe(error))
