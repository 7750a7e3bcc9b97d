"""An outbox with mail in it, and a courier that talks to a real mail server."""

import uuid
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.applications.events import MoreProvided
from app.events.store import record
from app.notifications.courier import send_next_mail
from app.notifications.letters.letter import Letter
from app.notifications.models import MailMessage
from app.notifications.service import write_to
from app.notifications.smtp import smtp_sender
from app.platform.retry import RetryPolicy
from tests.smtp_sink import SmtpSink

PROSPECT = "prospect@client.example"
Write = Callable[..., MailMessage]


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    with SmtpSink() as sink:
        yield sink


@pytest.fixture
def write(session: Session) -> Write:
    """Put a mail into the outbox, as a subscriber does, and commit."""

    def write(recipient: str = PROSPECT, subject: str = "Good news") -> MailMessage:
        because = record(
            session,
            f"application-{uuid.uuid4()}",
            MoreProvided(message="hello"),
            actor="prospect",
            person=uuid.uuid4(),
        )
        letter = Letter(
            template="test", subject=subject, paragraphs=("Dear reader,", "<b>hello</b>")
        )
        write_to(session, recipient, letter, because=because)
        session.commit()
        return session.scalars(select(MailMessage).order_by(MailMessage.id.desc()).limit(1)).one()

    return write


def reread(session: Session, mail: MailMessage) -> MailMessage:
    """The mail as it is now."""
    wanted = select(MailMessage).where(MailMessage.id == mail.id)
    return session.scalars(wanted.execution_options(populate_existing=True)).one()


class Courier:
    """Sends due mail, as a worker does; a mail fails at its third refusal."""

    def __init__(self, session: Session, url: str) -> None:
        self._session = session
        self._smtp = smtp_sender(url)
        self._policy = RetryPolicy(base=1, cap=300, max_attempts=3)

    def send_due(self) -> int:
        sent = 0
        while send_next_mail(
            self._session, self._smtp, sender="Firm <hello@firm.example>", policy=self._policy
        ):
            sent += 1
        return sent

    def hurry(self) -> None:
        """Make everything that waits for its next try due now."""
        self._session.execute(text("UPDATE mail_messages SET not_before = now()"))
        self._session.execute(
            text("UPDATE circuits SET next_probe_at = now() WHERE state = 'open'")
        )
        self._session.commit()


@pytest.fixture
def courier(session: Session, sink: SmtpSink) -> Courier:
    return Courier(session, f"smtp://{sink.address}")
