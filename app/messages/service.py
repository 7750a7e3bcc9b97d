"""Writing messages and notes, which is possible at any time until the prospect is erased."""

import uuid

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.applications.erasure import lock_unerased
from app.events.store import count_recorded, record
from app.events.types import stream_of
from app.messages.events import MessageReceived, MessageSent, NoteWritten
from app.messages.models import TakenMessage

# More than any real conversation has, and few enough for the staff's pages to show all of them.
MOST_FROM_PROSPECT = 200


class TooManyMessages(Exception):
    """The prospect has written as many messages as they may."""


def write_as_prospect(
    session: Session, application_id: uuid.UUID, text: str, *, form_id: str
) -> None:
    """Record what the prospect wrote. ``form_id`` names the page that it was typed on: the same
    text from the same page is one message, however often it is sent. Raises AlreadyErased, and
    TooManyMessages after MOST_FROM_PROSPECT."""
    _write(session, application_id, MessageReceived(message=text), form_id, actor="prospect")
    stream = stream_of("application", application_id)
    if count_recorded(session, stream, MessageReceived) > MOST_FROM_PROSPECT:
        raise TooManyMessages(application_id)


def write_as_staff(
    session: Session, application_id: uuid.UUID, text: str, *, form_id: str, actor: str
) -> None:
    """The same for a message from a member of staff."""
    _write(session, application_id, MessageSent(message=text), form_id, actor=actor)


def note_as_staff(
    session: Session, application_id: uuid.UUID, text: str, *, form_id: str, actor: str
) -> None:
    """The same for a note, which the prospect is not shown."""
    _write(session, application_id, NoteWritten(message=text), form_id, actor=actor)


def _write(
    session: Session,
    application_id: uuid.UUID,
    event: MessageReceived | MessageSent | NoteWritten,
    form_id: str,
    *,
    actor: str,
) -> None:
    application = lock_unerased(session, application_id)
    message_id = uuid.uuid5(application_id, f"{event.type}\n{form_id}\n{event.message}")
    taken = session.scalar(
        insert(TakenMessage)
        .values(id=message_id)
        .on_conflict_do_nothing()
        .returning(TakenMessage.id)
    )
    if taken:
        stream = stream_of("application", application_id)
        record(session, stream, event, actor=actor, person=application.draft_id)
