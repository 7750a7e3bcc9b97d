"""What other domains may ask about mail."""

import uuid
from collections.abc import Sequence
from typing import Final

from sqlalchemy import ColumnElement, and_, func, literal_column, or_, select, tuple_
from sqlalchemy.orm import Session

from app.applications.models import Application
from app.applications.queries import Terms, get_application, terms_in
from app.applications.service import OfferVerdict
from app.events.store import read_stream_leniently
from app.events.types import RecordedEvent, stream_of
from app.notifications.models import MailMessage
from app.outbox.queries import count_unsent_by_status

# The circuit that is open while the mail server is down.
MAIL_CIRCUIT = "smtp"
LATEST_FAILED = 50
# The letters that offer terms.
WITH_TERMS: Final = ("accepted", "offer_changed")
# Exactly as in the index, or Postgres would not use it.
BECAUSE_OF: ColumnElement[str] = literal_column("split_part(mail_messages.key, ':', 1)")


def mail_about(session: Session, application_id: uuid.UUID) -> Sequence[MailMessage]:
    """Every mail about the application, oldest first."""
    return session.scalars(
        select(MailMessage)
        .where(MailMessage.application_id == application_id)
        .order_by(MailMessage.created_at, MailMessage.id)
    ).all()


def mail_about_person(session: Session, application: Application) -> Sequence[MailMessage]:
    """The same, plus the links and reminders sent for the application's draft."""
    return session.scalars(
        select(MailMessage)
        .where(is_about_person(session, application))
        .order_by(MailMessage.created_at, MailMessage.id)
    ).all()


def is_about_person(session: Session, application: Application) -> ColumnElement[bool]:
    """The condition that selects mail about the application or its draft."""
    about_draft = is_about_draft(session, application.draft_id)
    return or_(MailMessage.application_id == application.id, about_draft)


def is_about_draft(session: Session, draft_id: uuid.UUID) -> ColumnElement[bool]:
    """The condition that selects the links and reminders sent for a draft."""
    events = read_stream_leniently(session, stream_of("draft", draft_id))
    because_of_these = BECAUSE_OF.in_([str(recorded.id) for recorded in events])
    return and_(MailMessage.application_id.is_(None), because_of_these)


def earlier_mail(session: Session, mail: MailMessage) -> Sequence[str]:
    """The Message-IDs of the mail's thread: all earlier mail about the same application to the same
    recipient, oldest first."""
    if mail.application_id is None:
        return []
    return session.scalars(
        select(MailMessage.message_id)
        .where(
            MailMessage.application_id == mail.application_id,
            MailMessage.recipient == mail.recipient,
            tuple_(MailMessage.created_at, MailMessage.id) < (mail.created_at, mail.id),
        )
        .order_by(MailMessage.created_at, MailMessage.id)
    ).all()


def offers_what_no_longer_holds(session: Session, mail: MailMessage) -> bool:
    """Whether the mail offers terms that were changed or taken back since it was written."""
    if mail.template not in WITH_TERMS or mail.application_id is None:
        return False
    application = get_application(session, mail.application_id)
    events = read_stream_leniently(session, stream_of("application", application.id))
    replaced = [str(one.id) for one in terms_in(events)[:-1]]
    return application.status != "accepted" or mail.key.partition(":")[0] in replaced


def terms_before(
    session: Session,
    application_id: uuid.UUID,
    events: Sequence[RecordedEvent],
    verdict: OfferVerdict,
) -> Terms:
    """The terms that the verdict replaces or ends, whether or not it is among the application's
    ``events`` yet: the last that a mail told the client or, if none did, the last of all. Those
    that are offered again now are passed over."""
    before = [one for one in terms_in(events) if one.data != verdict]
    others = [one for one in before if _in_figures(one.data) != _in_figures(verdict)] or before
    keys = session.scalars(
        select(MailMessage.key).where(
            MailMessage.application_id == application_id,
            MailMessage.template.in_(WITH_TERMS),
            MailMessage.status.in_(("sending", "sent")),
        )
    )
    told = {key.partition(":")[0] for key in keys}
    terms: Terms = ([one for one in others if str(one.id) in told] or others)[-1].data
    return terms


def _in_figures(verdict: Terms | OfferVerdict) -> tuple[str, int, str] | None:
    if isinstance(verdict, Terms):
        return verdict.kind, verdict.total_cents, verdict.currency
    return None


def count_unsent_mail_by_status(session: Session) -> dict[str, int]:
    """How many mails are queued, being sent, or failed, by status."""
    return count_unsent_by_status(session, MailMessage)


def failed_mail(session: Session) -> Sequence[tuple[MailMessage, Application | None]]:
    """The latest LATEST_FAILED failed mails, which wait for a person to have them sent again, each
    with its application if it is about one."""
    latest = session.execute(
        select(MailMessage, Application)
        .outerjoin(Application, Application.id == MailMessage.application_id)
        .where(MailMessage.status == "failed")
        .order_by(MailMessage.claimed_at.desc(), MailMessage.id)
        .limit(LATEST_FAILED)
    )
    return [(mail, application) for mail, application in latest]


def mail_of_this_transaction(session: Session, newer_than: uuid.UUID) -> Sequence[MailMessage]:
    """What the session's transaction put into the outbox after this process made the id
    ``newer_than``."""
    return session.scalars(
        select(MailMessage)
        .where(MailMessage.id > newer_than, MailMessage.created_at == func.now())
        .order_by(MailMessage.id)
    ).all()
