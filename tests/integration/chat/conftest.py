"""The staff's chat channel: the site posts to a real HTTP server on the loopback address."""

from collections.abc import Callable

import msgspec
import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.applications.events import MoreProvided
from app.applications.models import Application
from app.chat.courier import send_next_message
from app.chat.incoming_webhook import post_to
from app.chat.models import ChatMessage
from app.chat.service import tell_channel
from app.events.store import record
from app.events.types import stream_of
from app.outbox.claims import requeue_orphans
from app.platform.database import new_id
from tests.webhook_receiver import WebhookReceiver

SECRET = "T0P-S3CR3T"
LINK = "https://firm.example/staff/"
Tell = Callable[..., ChatMessage]
Submit = Callable[..., Application]


@pytest.fixture
def webhook_url(receiver: WebhookReceiver, change_settings: Callable[..., None]) -> str:
    """The address of the channel's incoming webhook, set in the site's settings."""
    url = f"{receiver.url}/hooks/{SECRET}"
    change_settings(CHAT_WEBHOOK_URL=url)
    return url


@pytest.fixture
def tell(session: Session, webhook_url: str) -> Tell:
    """Put a message for the channel into the outbox, as a subscriber does, and commit."""

    def tell(line: str = "Good news") -> ChatMessage:
        because = record(
            session,
            stream_of("application", new_id()),
            MoreProvided(message="hello"),
            actor="prospect",
            person=new_id(),
        )
        tell_channel(session, kind="test", text=line, link=LINK, because=because)
        session.commit()
        return session.scalars(select(ChatMessage).filter_by(event_id=because.id)).one()

    return tell


class Courier:
    """Sends what is due, as a worker does."""

    def __init__(self, session: Session, url: str) -> None:
        self._session = session
        self._post = post_to(url)

    def send_due(self) -> None:
        self._session.rollback()  # an old transaction's clock decides what is due
        requeue_orphans(self._session, ChatMessage)
        while send_next_message(self._session, self._post):
            pass

    def hurry(self) -> None:
        """Make everything that waits for its next try due now."""
        self._session.execute(text("UPDATE chat_messages SET not_before = now()"))
        self._session.execute(
            text("UPDATE circuits SET next_probe_at = now() WHERE state = 'open'")
        )
        self._session.commit()


@pytest.fixture
def courier(session: Session, webhook_url: str) -> Courier:
    return Courier(session, webhook_url)


def posted(receiver: WebhookReceiver) -> list[str]:
    """The texts that the chat received, in order."""
    bodies = [msgspec.json.decode(one.body) for one in receiver.received]
    assert all(body.keys() == {"text"} for body in bodies)
    return [body["text"] for body in bodies]


def messages(session: Session) -> list[ChatMessage]:
    """Every message as it is now, in the order in which they were written."""
    session.rollback()
    wanted = select(ChatMessage).order_by(ChatMessage.id)
    return list(session.scalars(wanted.execution_options(populate_existing=True)))
