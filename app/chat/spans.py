"""The spans of a message to the channel: each try belongs to the event that it tells of."""

from app.chat.models import ChatMessage
from app.events.spans import event_context
from app.telemetry.spans import NO_SPAN, Span, is_collecting, span


def sending_span(message: ChatMessage) -> Span:
    """One try to send the message."""
    if not is_collecting():
        return NO_SPAN
    event = event_context(message.event_id, message.correlation_id)
    return span(
        f"send chat message {message.kind}",
        "client",
        {
            "messaging.operation.type": "send",
            "messaging.system": "chat",
            "chat.message_id": str(message.id),
            "chat.kind": message.kind,
            "chat.attempt": message.attempts,
        },
        trace_id=event.trace_id,
        parent_id=event.span_id,
    )
