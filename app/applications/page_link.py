"""The link to the prospect's own page: mailed again where it was lost, replaced where it leaked."""

import hashlib
import secrets
import uuid

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.applications.erasure import lock_unerased
from app.applications.events import PageLinkReplaced, PageLinkRequested
from app.applications.link_limit import is_asked_too_often
from app.applications.models import Application, Draft
from app.applications.queries import may_be_written_to
from app.events.store import record
from app.events.types import stream_of


class ReplacedMeanwhile(Exception):
    """The link has been replaced since the caller saw it."""


def link_name(application: Application) -> str:
    """What stands for the present link where the link itself must not stand."""
    return hashlib.sha256(application.access_token.encode()).hexdigest()


def request_page_links(session: Session, email: str) -> None:
    """Have the link of each application that was sent with that address mailed there. Nothing
    happens where there is none, where nobody may be written to, or was too often; the caller learns
    of none of it."""
    applications = session.scalars(
        select(Application)
        .where(func.lower(Application.email) == email.lower(), Application.erased_at.is_(None))
        .order_by(Application.id)  # two requests at once take the rows in one order
        .with_for_update()
    )
    for application in applications.all():
        stream = stream_of("application", application.id)
        if not may_be_written_to(session, application):
            continue
        if not is_asked_too_often(session, stream, PageLinkRequested):
            record(session, stream, PageLinkRequested(), actor="prospect")


def replace_page_link(
    session: Session, application_id: uuid.UUID, *, seen: str = "", actor: str
) -> None:
    """The old link opens nothing from now on, nor does one into the draft; the prospect is mailed a
    new one. With ``seen``, a `link_name`, only that link is replaced: a second press would replace
    the one that the first has mailed. Raises ReplacedMeanwhile, and AlreadyErased."""
    application = lock_unerased(session, application_id)
    if seen and seen != link_name(application):
        raise ReplacedMeanwhile(application_id)
    application.access_token = secrets.token_urlsafe(24)
    session.execute(
        update(Draft)
        .where(Draft.id == application.draft_id)
        .values(resume_token=secrets.token_urlsafe(24))
    )
    record(session, stream_of("application", application_id), PageLinkReplaced(), actor=actor)
