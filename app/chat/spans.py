"""The spans of a message to the channel: each try belongs to the event that it reports."""

from app.chat.models import ChatMessage
from app.events.spans import span_of_event
from app.platform.telemetry.spans import Span


def sending_span(message: ChatMessage) -> Span:
    """The span of one try to send the message."""
    return span_of_event(
        message.event_id,
        message.correlation_id,
        f"send chat message {message.kind}",
        {
            "messaging.operation.type": "send",
            "messaging.system": "chat",
            "chat.message_id": str(message.id),
            "chat.kind": message.kind,
            "chat.attempt": message.attempts,
        },
    )
