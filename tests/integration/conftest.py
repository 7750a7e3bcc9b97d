"""Brokers for the whole run, each started by the first test that wants it; a server that takes what
is posted to it; and time that passes."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.events.due import record_due
from tests.brokers.aws import CREDENTIALS, Aws, temporary_aws
from tests.brokers.rabbitmq import RabbitMQ, temporary_rabbitmq
from tests.brokers.tansu import Tansu, temporary_tansu
from tests.faults.wire import State
from tests.webhook_receiver import WebhookReceiver

DUE_NOW = text(
    "UPDATE scheduled_events SET due_at = now() - interval '1 minute' WHERE type LIKE :type"
)


@pytest.fixture(scope="session")
def rabbitmq() -> Iterator[RabbitMQ]:
    with temporary_rabbitmq() as server:
        yield server


@pytest.fixture(scope="session")
def tansu_server() -> Iterator[Tansu]:
    with temporary_tansu() as server:
        yield server


@pytest.fixture
def tansu(tansu_server: Tansu) -> Tansu:
    tansu_server.wire.become(State.WHOLE)
    return tansu_server


@pytest.fixture(scope="session")
def aws_server() -> Iterator[Aws]:
    with temporary_aws() as server:
        yield server


@pytest.fixture
def aws(aws_server: Aws, monkeypatch: pytest.MonkeyPatch) -> Aws:
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    aws_server.wire.become(State.WHOLE)
    return aws_server


@pytest.fixture
def receiver() -> Iterator[WebhookReceiver]:
    """A server that takes what is posted to it."""
    with WebhookReceiver() as receiver:
        yield receiver


@pytest.fixture
def come_due(session: Session, handle_events: Callable[[], None]) -> Callable[..., None]:
    """The time comes for all that waits, or for events of one type, and what follows is handled."""

    def come_due(event_type: str = "%") -> None:
        session.execute(DUE_NOW, {"type": event_type})
        session.commit()
        record_due(session)
        handle_events()

    return come_due
