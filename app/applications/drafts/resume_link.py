"""The link back into a draft: mailing it on request, and finding the draft that it opens."""

from psycopg import Connection
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.applications.drafts.kept_draft import READ, KeptDraft
from app.applications.drafts.service import NotThisDraft
from app.applications.events import DraftExpiring, DraftLinkRequested
from app.applications.link_limit import is_asked_too_often
from app.applications.models import Draft
from app.events.store import count_recorded, record
from app.events.types import stream_of

READ_BY_LINK = f"{READ} WHERE resume_token = %(token)s"


class NoAddress(Exception):
    """The draft has no email address to send a link to."""


class TooManyLinks(Exception):
    """The limit on links mailed per hour for this draft is reached."""


def find_draft_by_link(connection: Connection, token: str) -> KeptDraft | None:
    """The draft that a mailed link names; it may have been sent since."""
    if "\x00" in token:  # Postgres refuses it in a text
        return None
    row = connection.execute(READ_BY_LINK, {"token": token}).fetchone()
    return KeptDraft._make(row) if row else None


def address_of(draft: Draft | KeptDraft) -> str:
    """The email address of the draft's writer. Raises NoAddress until the first step is complete
    with one."""
    email = draft.answers.get("email")
    if not email or "you" not in draft.complete_steps:
        raise NoAddress(draft.id)
    return str(email)


def has_address(draft: Draft | KeptDraft) -> bool:
    """Whether a link to the draft can be mailed."""
    try:
        return bool(address_of(draft))
    except NoAddress:
        return False


def is_link_mailed(session: Session, draft: KeptDraft) -> bool:
    """Whether a link into the draft was mailed, on request or with a reminder."""
    stream = stream_of("draft", draft.id)
    return any(
        count_recorded(session, stream, kind) for kind in (DraftLinkRequested, DraftExpiring)
    )


def request_resume_link(session: Session, draft: Draft | KeptDraft) -> None:
    """Request that the link back into the draft be mailed. Raises NoAddress, TooManyLinks, and
    NotThisDraft if the draft has been deleted."""
    if not session.scalar(select(Draft.id).where(Draft.id == draft.id).with_for_update()):
        raise NotThisDraft(draft.id)
    email, stream = address_of(draft), stream_of("draft", draft.id)
    if is_asked_too_often(session, stream, DraftLinkRequested):
        raise TooManyLinks(draft.id)
    requested = DraftLinkRequested(
        draft_id=str(draft.id), email=email, resume_token=draft.resume_token
    )
    record(session, stream, requested, actor="prospect", person=draft.id)
