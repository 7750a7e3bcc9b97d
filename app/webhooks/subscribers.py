"""Webhooks' part in the flow. That they hear of all events is not: they follow the log."""

import uuid
from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.applications.queries import get_application
from app.engagements.queries import engagement_of, streams_about
from app.events.types import RecordedEvent, stream_of

# A server may have said back what it was told. The log has an index of streams and none of persons,
# which would cost every event that is recorded.
EMPTY = text("""
UPDATE webhook_attempts SET answer = '' WHERE message_id IN (
    SELECT m.id FROM webhook_messages m JOIN events e ON e.id = m.event_id
    WHERE e.stream = ANY(:streams) AND e.person_id = :person
)
""")


def erase_answers(session: Session, erased: RecordedEvent) -> None:
    """application.erased → nothing is kept of what servers answered to the person's data."""
    application = get_application(session, erased.subject_id)
    engagement = engagement_of(session, application.id)
    _empty(session, application.draft_id, streams_about(application, engagement))


def erase_draft_answers(session: Session, discarded: RecordedEvent) -> None:
    """draft.discarded → the same for whoever began a form and sent none."""
    _empty(session, discarded.subject_id)


def _empty(session: Session, person: uuid.UUID, later: Sequence[str] = ()) -> None:
    """``later`` are the streams about the person that follow the one of their draft."""
    streams = [stream_of("draft", person), *later]
    session.execute(EMPTY, {"person": person, "streams": streams})
