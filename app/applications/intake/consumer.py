"""Following the topic with the commands: an offset is committed when its command is dealt with.

A repeat after a crash finds the command taken. What can't be taken goes to the topic of dead
letters with the reasons, so that nothing behind it waits.
"""

import threading
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
from app.applications.intake.submit_command import (
    AlreadyTaken,
    CommandRefused,
    Problems,
    take_command,
)
from app.applications.questions.questionnaire import current_questionnaire
from app.bridges.kafka import client_settings, describe
from app.database import DATABASE_AWAY, db, kind_of
from app.events.tracing import start_trace
from app.firm.brand import current_brand
from app.telemetry.context import read_traceparent

POLL_SECONDS = 0.5
RETRY_SECONDS = 1.0
# How soon the commands of a process that died go to another.
SESSION_MS = 6000
CONTENT_TYPE = "content-type"
STRUCTURED = b"application/cloudevents"
log = structlog.get_logger()


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
    try:
        return from_kafka(_written(message), JSONFormat(), _identified)
    except CloudEventValidationError as invalid:
        wrong = ", ".join(invalid.errors)
        raise CommandRefused({"": f"This is no CloudEvent: look at its {wrong}."}) from None
    except Exception as error:  # noqa: BLE001 - anybody may have written anything into the topic
        raise CommandRefused({"": f"This is no CloudEvent ({type(error).__name__})."}) from None


def _written(message: Message) -> KafkaMessage:
    """What is a CloudEvent's in the message: no key, and no headers but its own, since others may
    hold anything. A structured one may repeat its attributes in headers, and is read without."""
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
