"""The link to the prospect's own page: mailed again where it was lost, replaced where it leaked."""

import secrets
import uuid

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.applications.erasure import lock_unerased
from app.applications.events import PageLinkReplaced, PageLinkRequested
from app.applications.models import Application
from app.events.store import record
from app.events.types import stream_of


def request_page_link(session: Session, reference: str, email: str) -> None:
    """Have the link mailed to the address that the application was sent with. Where reference and
    address don't belong together, nothing happens; the caller learns of neither."""
    application = session.scalar(
        select(Application).where(
            Application.reference == reference.upper(),
            func.lower(Application.email) == email.lower(),
            Application.erased_at.is_(None),
        )
    )
    if application:
        stream = stream_of("application", application.id)
        record(session, stream, PageLinkRequested(), actor="prospect")


def replace_page_link(session: Session, application_id: uuid.UUID, *, actor: str) -> None:
    """The old link opens nothing from now on, and the prospect is mailed a new one. Raises
    AlreadyErased."""
    application = lock_unerased(session, application_id)
    application.access_token = secrets.token_urlsafe(24)
    record(session, stream_of("application", application_id), PageLinkReplaced(), actor=actor)
