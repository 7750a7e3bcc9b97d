"""Everything that is stored about one applicant, as they may have it: JSON."""

from typing import Any

import msgspec
from sqlalchemy.orm import Session

from app.applications.models import Application
from app.attachments.queries import attachments_of
from app.engagements.queries import engagement_of
from app.events.store import read_stream
from app.events.types import RecordedEvent, stream_of
from app.notifications.queries import mail_about


def export_person(session: Session, application: Application) -> dict[str, Any]:
    """The application with its answers, the files attached to it (which the person's own page hands
    out), every event about it in the order of the log, and every mail. Times are UTC."""
    streams = [
        stream_of("draft", application.draft_id),
        stream_of("application", application.id),
    ]
    if engagement := engagement_of(session, application.id):
        streams.append(stream_of("engagement", engagement.id))
    events = [event for stream in streams for event in read_stream(session, stream)]
    return {
        "reference": application.reference,
        "name": application.name,
        "email": application.email,
        "company": application.company,
        "answers": application.answers,
        "attachments": [
            {"name": file.name, "size_bytes": file.size_bytes, "attached_at": file.stored_at}
            for file in attachments_of(session, application.draft_id)
        ],
        "events": [_event(event) for event in sorted(events, key=lambda event: event.position)],
        "mail": [
            {"to": mail.recipient, "subject": mail.subject, "text": mail.text, "sent": mail.sent_at}
            for mail in mail_about(session, application.id)
        ],
    }


def _event(recorded: RecordedEvent) -> dict[str, Any]:
    return {
        "id": recorded.id,
        "type": recorded.type,
        "stream": recorded.stream,
        "version": recorded.version,
        "recorded_at": recorded.recorded_at,
        "data": msgspec.to_builtins(recorded.data),
    }
