"""An offer is changed or taken back while the mail with its first terms is being sent."""

from collections.abc import Callable
from email.message import EmailMessage

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.applications.events import ApplicationAccepted, OfferChanged, OfferTakenBack
from app.applications.models import Application
from app.applications.service import OfferVerdict, decide_application
from app.notifications.courier import send_next_mail
from app.notifications.models import MailMessage
from app.platform.database import db
from app.platform.retry import RetryPolicy
from app.review.service import change_offer

ACCEPTED = ApplicationAccepted(message="", kind="sprint", total_cents=1_250_000)
CHANGED = OfferChanged(message="A slip.", kind="build", total_cents=7_000_000, currency="usd")
TAKEN_BACK = OfferTakenBack(message="We are ill.")
AT_ONCE = RetryPolicy(base=0, cap=0, max_attempts=3)
EITHER = pytest.mark.parametrize("verdict", [CHANGED, TAKEN_BACK], ids=["changed", "taken back"])


@pytest.fixture
def accepted(
    session: Session, submit: Callable[[], Application], handle_events: Callable[[], None]
) -> Application:
    """An application whose offer is all that waits in the outbox."""
    application = submit()
    handle_events()
    session.query(MailMessage).delete()
    decide_application(session, application.id, ACCEPTED, seen_version=1, actor="staff:1")
    session.commit()
    handle_events()
    assert outbox(session) == [("accepted", "queued")]
    return application


def outbox(session: Session) -> list[tuple[str, str]]:
    session.rollback()
    rows = session.execute(
        select(MailMessage.template, MailMessage.status).order_by(MailMessage.created_at)
    )
    return [(template, status) for template, status in rows]


def meanwhile(application: Application, verdict: OfferVerdict) -> None:
    """A reviewer settles the offer, in a process of their own."""
    with Session(db.engine) as own:
        change_offer(own, application.id, verdict, seen_version=2, seen_entries=9, actor="staff:1")
        own.commit()


def test_an_offer_whose_event_only_a_newer_release_can_read_is_sent_and_holds_up_no_other_mail(
    session: Session, accepted: Application, tamper: Callable[[str], None]
) -> None:
    """As after an upgrade that was taken back."""
    tamper("UPDATE events SET schema_version = 99 WHERE type = 'application.accepted'")
    send_next_mail(session, lambda _: None, sender="firm@firm.example", policy=AT_ONCE)
    assert outbox(session) == [("accepted", "sent")]


@EITHER
def test_what_arrives_all_the_same_stays_on_record(
    session: Session,
    accepted: Application,
    handle_events: Callable[[], None],
    verdict: OfferVerdict,
) -> None:
    def smtp(_: EmailMessage) -> None:
        meanwhile(accepted, verdict)

    send_next_mail(session, smtp, sender="firm@firm.example", policy=AT_ONCE)
    assert outbox(session) == [("accepted", "sent")]
    handle_events()
    assert outbox(session)[1:] == [(verdict.type.partition(".")[2], "queued")]


@EITHER
def test_what_the_server_did_not_take_is_not_sent_again(
    session: Session, accepted: Application, verdict: OfferVerdict
) -> None:
    sent: list[str] = []

    def smtp(message: EmailMessage) -> None:
        sent.append(message["Subject"])
        meanwhile(accepted, verdict)
        raise ConnectionRefusedError

    send_next_mail(session, smtp, sender="firm@firm.example", policy=AT_ONCE)
    assert outbox(session) == [("accepted", "queued")]
    while send_next_mail(session, smtp, sender="firm@firm.example", policy=AT_ONCE):
        pass
    assert len(sent) == 1 and outbox(session) == []
