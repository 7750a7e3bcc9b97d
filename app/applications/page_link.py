"""The link to the prospect's own page: mailed again if it was lost, replaced if it leaked."""

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
    """A hash that names the present link where the link itself must not appear."""
    return hashlib.sha256(application.access_token.encode()).hexdigest()


def request_page_links(session: Session, email: str) -> None:
    """Request that the link of each application sent with that address be mailed there. Nothing
    happens if there is none, if it may not be written to, or if the limit is reached; the caller
    can't tell the difference."""
    applications = session.scalars(
        select(Application)
        .where(func.lower(Application.email) == email.lower(), Application.erased_at.is_(None))
        .order_by(Application.id)  # concurrent requests lock the rows in the same order
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
    """Replace the link and have the new one mailed; the old link and any link into the draft stop
    working. With ``seen``, a `link_name`, only that link is replaced: otherwise a double click
    would replace the link that the first click has mailed. Raises ReplacedMeanwhile and
    AlreadyErased."""
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
