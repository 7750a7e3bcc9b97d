"""The spans of a mail: one for writing it, within the delivery, and one for each try to send it.

The id of the first is derived from the mail's, so that each try can name it as its parent.
"""

import uuid

from sqlalchemy.orm import Session

from app.events.spans import event_context
from app.events.types import RecordedEvent
from app.notifications.models import MailMessage
from app.platform.database import after_commit
from app.platform.telemetry.context import span_id_of, trace_id_of
from app.platform.telemetry.spans import NO_SPAN, Span, is_collecting, span


def trace_writing(
    session: Session, mail_id: uuid.UUID, template: str, because: RecordedEvent
) -> None:
    """Start the span for writing the mail. It ends when the session commits; a rollback drops
    it."""
    if not is_collecting():
        return
    event = event_context(because.id, because.metadata.correlation_id)
    writing = span(
        f"write mail {template}",
        "producer",
        {"messaging.operation.type": "create", "mail.id": str(mail_id), "mail.template": template},
        trace_id=event.trace_id,
        span_id=span_id_of(mail_id),
        parent_id=event.span_id,
    )
    after_commit(session, writing.end)


def sending_span(mail: MailMessage) -> Span:
    """A span for one try to send the mail."""
    if not is_collecting():
        return NO_SPAN
    return span(
        f"send mail {mail.template}",
        "client",
        {
            "messaging.operation.type": "send",
            "messaging.system": "smtp",
            "mail.id": str(mail.id),
            "mail.template": mail.template,
            "mail.attempt": mail.attempts,
        },
        trace_id=trace_id_of(mail.correlation_id),
        parent_id=span_id_of(mail.id),
    )
