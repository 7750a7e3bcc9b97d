"""Shared fixtures: brokers, each started by the first test that needs it; a server that receives
posts; members of staff; a German-speaking visitor; submissions; passing time; and the owner of the
tables."""

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from app.accounts.models import Staff
from app.applications.models import Application
from app.events.due import record_due
from app.platform.database.grants import owner_engine
from local.postgres import Postgres
from tests.brokers.aws import CREDENTIALS, Aws, temporary_aws
from tests.brokers.rabbitmq import RabbitMQ, temporary_rabbitmq
from tests.brokers.tansu import Tansu, temporary_tansu
from tests.demo_applications import STRONG
from tests.faults.wire import State
from tests.staff import browser_of, employ
from tests.submitted import submit_answers
from tests.webhook_receiver import WebhookReceiver

Tamper = Callable[[str], None]
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
def tamper(app: Flask, postgres: Postgres) -> Tamper:
    """Change what the log's triggers protect, as a role that may turn them off."""

    def tamper(statement: str) -> None:
        with psycopg.connect(postgres.url_of("site")) as connection:
            connection.execute("SET session_replication_role = replica")
            connection.execute(statement.encode())

    return tamper


@pytest.fixture
def owner(app: Flask) -> Iterator[Engine]:
    """The role that owns the tables, which `flask events rebuild` uses."""
    with owner_engine() as engine:
        yield engine


@pytest.fixture
def receiver() -> Iterator[WebhookReceiver]:
    """A server that receives posts."""
    with WebhookReceiver() as receiver:
        yield receiver


@pytest.fixture
def german(app: Flask) -> FlaskClient:
    """A browser that prefers German."""
    client = app.test_client()
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "de-AT,de;q=0.9,en;q=0.5"
    return client


@pytest.fixture
def ada(session: Session) -> Staff:
    return employ(session, "Ada Lovelace")


@pytest.fixture
def grace(session: Session) -> Staff:
    return employ(session, "Grace Hopper")


@pytest.fixture
def desk(app: Flask, ada: Staff) -> FlaskClient:
    """Ada's browser."""
    return browser_of(app, ada)


@pytest.fixture
def other_desk(app: Flask, grace: Staff) -> FlaskClient:
    """Grace's browser."""
    return browser_of(app, grace)


@pytest.fixture
def submit(session: Session) -> Callable[..., Application]:
    """Submit a strong demonstration application, with some answers changed; not handled yet."""

    def submit(**changed: Any) -> Application:
        application = submit_answers(session, {**STRONG, **changed})
        session.commit()
        return application

    return submit


@pytest.fixture
def come_due(session: Session, handle_events: Callable[[], None]) -> Callable[..., None]:
    """Make all scheduled events due, or those of one type, and handle what follows."""

    def come_due(event_type: str = "%") -> None:
        session.execute(DUE_NOW, {"type": event_type})
        session.commit()
        record_due(session)
        handle_events()

    return come_due
