"""Endpoints at a real server on the loopback address, and a courier run by hand."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.accounts.models import Staff
from app.applications.events import MoreProvided
from app.events.store import record
from app.events.types import RecordedEvent, stream_of
from app.platform.database import new_id
from app.platform.http_client.sender import Sender
from app.webhooks.courier import send_due_messages
from app.webhooks.fan_out import fan_out_events
from app.webhooks.models import WebhookEndpoint, WebhookMessage
from app.webhooks.service import add_endpoint
from tests.form_page import token_in
from tests.settled import wait_until_settled
from tests.webhook_receiver import WebhookReceiver

PERSON = new_id()
BASE_URL = "https://firm.example"
Add = Callable[..., WebhookEndpoint]
Happen = Callable[..., RecordedEvent]
Press = Callable[..., TestResponse]


@pytest.fixture
def add(session: Session, ada: Staff, receiver: WebhookReceiver) -> Add:
    """Add an endpoint at the receiver, or at another address, and commit."""

    def add(
        *event_types: str, url: str = receiver.url, with_personal: bool = False
    ) -> WebhookEndpoint:
        endpoint = add_endpoint(
            session,
            url=url,
            description="",
            event_types=event_types or (MoreProvided.type,),
            with_personal=with_personal,
            staff_id=ada.id,
        )
        session.commit()
        return endpoint

    return add


@pytest.fixture
def happen(session: Session) -> Happen:
    """Let a prospect answer a question: an event with a personal field."""

    def happen(message: str = "hello") -> RecordedEvent:
        stream = stream_of("application", new_id())
        recorded = record(
            session, stream, MoreProvided(message=message), actor="prospect", person=PERSON
        )
        session.commit()
        wait_until_settled()
        return recorded

    return happen


class Courier:
    """Fans out and sends by hand, as the tasks do."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def fan_out(self) -> None:
        self._session.rollback()  # an open transaction would hold back the log
        wait_until_settled()
        while fan_out_events(self._session):
            self._session.commit()
        self._session.commit()

    def send_due(self, *, total_seconds: float = 10) -> None:
        self._session.rollback()  # an old transaction's clock decides what is due
        sender = Sender(allow_private=True, total_seconds=total_seconds)
        send_due_messages(self._session, sender.post, BASE_URL, seconds=60)

    def work(self) -> None:
        self.fan_out()
        self.send_due()

    def hurry(self) -> None:
        """Make everything that waits for its next try due now."""
        self._session.execute(text("UPDATE webhook_messages SET next_try_at = now()"))
        self._session.commit()

    def messages(self, endpoint: WebhookEndpoint) -> list[WebhookMessage]:
        """The endpoint's messages as they are now, oldest first."""
        self._session.expire_all()
        chosen = self._session.query(WebhookMessage).filter_by(endpoint_id=endpoint.id)
        return list(chosen.order_by(WebhookMessage.created_at, WebhookMessage.id))


@pytest.fixture
def courier(session: Session) -> Courier:
    return Courier(session)


def token_of(client: FlaskClient) -> str:
    return token_in(client.get("/staff/settings/").text)


@pytest.fixture
def press(desk: FlaskClient) -> Press:
    """Send a form of the desk, and follow the redirect."""

    def press(path: str, **fields: object) -> TestResponse:
        data = {"csrf_token": token_of(desk), **fields}
        return desk.post(f"/staff/webhooks/{path}", data=data, follow_redirects=True)

    return press


def the_endpoint(session: Session) -> WebhookEndpoint:
    session.expire_all()
    return session.scalars(select(WebhookEndpoint)).one()
