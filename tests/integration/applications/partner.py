"""Another site that sends commands, and the intake that takes them."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from cloudevents.core.bindings.kafka import KafkaMessage
from cloudevents.core.v1.event import CloudEvent
from confluent_kafka import Message, Producer
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.applications.intake import consumer
from app.applications.intake.address import IntakeAddress, parse_intake
from app.applications.intake.submit_command import SUBMIT
from app.applications.models import Application
from tests.brokers.tansu import Tansu
from tests.integration.bridges.conftest import new_name


class Partner:
    """Another site, which writes to the topic that the intake reads."""

    def __init__(self, tansu: Tansu, answers: dict[str, object]) -> None:
        self.tansu = tansu
        self.answers = answers
        self.topic = tansu.make_topic(new_name())
        self.refused = tansu.make_topic(f"{self.topic}.dead-letters")
        self.address = parse_intake(f"kafka://{tansu.servers}/{self.topic}?group={self.topic}")

    def command(self, event_id: str, **answers: object) -> CloudEvent:
        about = {
            "id": event_id,
            "source": "https://partner.example",
            "type": SUBMIT,
            "datacontenttype": "application/json",
            "traceparent": f"00-{'ab' * 16}-{'cd' * 8}-01",
        }
        return CloudEvent(about, {"answers": self.answers | answers})

    def send(self, *messages: KafkaMessage) -> None:
        """Write the messages to one partition, in order."""
        producer = Producer(
            {"bootstrap.servers": self.tansu.servers, "acks": "all", "message.max.bytes": 2_000_000}
        )
        for message in messages:
            producer.produce(
                self.topic,
                message.value,
                message.key or b"partner",
                headers=list(message.headers.items()),
                partition=0,
            )
        assert producer.flush(10) == 0

    def dead_letters(self, count: int) -> list[Message]:
        return self.tansu.read(self.refused, count)


@contextmanager
def intake_at_work(app: Flask, address: IntakeAddress) -> Iterator[None]:
    """`flask intake` as a thread, stopped cleanly at the end."""
    stop = threading.Event()

    def work() -> None:
        with app.app_context():
            consumer.run_intake(address, stop)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def taken(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(Application)) or 0
