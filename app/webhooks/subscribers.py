"""The webhooks' subscribers. Sending events is not among them: webhooks follow the log."""

import uuid
from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.applications.queries import get_application
from app.engagements.queries import engagement_of, streams_about
from app.events.types import RecordedEvent, stream_of

# A server may have repeated what it was sent. The log has an index on streams and none on persons,
# which would slow down the recording of every event.
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
    """draft.discarded → the same for somebody who began a form and never sent it."""
    _empty(session, discarded.subject_id)


def _empty(session: Session, person: uuid.UUID, later: Sequence[str] = ()) -> None:
    """``later`` lists the streams about the person besides their draft's."""
    streams = [stream_of("draft", person), *later]
    session.execute(EMPTY, {"person": person, "streams": streams})
