"""The spans of the flow: recording an event, relaying a batch, delivering to each subscriber.

An event's span id is derived from the event's id, so any process that handles the event, however
late, knows its parent span. A relay's batch belongs to many events, so it links to them.
"""

import secrets
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, text

from app.events.delivery.claims import Claim
from app.events.rows import readable_metadata
from app.events.types import Metadata
from app.platform.database.connection import SiteConnection
from app.platform.telemetry.context import SpanContext, span_id_of, trace_id_of
from app.platform.telemetry.spans import NO_SPAN, Attributes, Span, is_collecting, span

EVENTS_OF = text("""
SELECT DISTINCT e.id, e.metadata ->> 'correlation_id' AS correlation_id
FROM deliveries d JOIN events e ON e.position = d.event_position
WHERE d.id = ANY(:ids) AND e.metadata ->> 'correlation_id' IS NOT NULL
""")


def event_context(event_id: uuid.UUID | str, correlation_id: str) -> SpanContext:
    """The span in which the event was recorded."""
    return SpanContext(trace_id_of(correlation_id), span_id_of(event_id))


def span_of_event(
    event_id: uuid.UUID, correlation_id: str, name: str, attributes: Attributes
) -> Span:
    """The span, from now on, of something done for the event outside the site."""
    if not is_collecting():
        return NO_SPAN
    event = event_context(event_id, correlation_id)
    return span(name, "client", attributes, trace_id=event.trace_id, parent_id=event.span_id)


def trace_recording(
    connection: SiteConnection,
    contents: Iterable[Mapping[str, Any]],
    stream: str,
    metadata: Metadata,
) -> None:
    """Trace new events with these columns, each in a span from now until the commit; a rollback
    leaves none."""
    if not is_collecting():
        return
    for content in contents:
        context = event_context(content["id"], metadata.correlation_id)
        recording = span(
            f"record {content['type']}",
            "producer",
            {
                "messaging.operation.type": "create",
                **_about(content["id"], content["type"], stream),
            },
            trace_id=context.trace_id,
            span_id=context.span_id,
            parent_id=span_id_of(metadata.causation_id) if metadata.causation_id else "",
        )
        connection.after_commit(recording.end)


def relay_span(connection: Connection, delivery_ids: Sequence[int], *, since: int) -> Span:
    """The span of relaying these new deliveries' events, begun at ``since`` (nanoseconds)."""
    if not delivery_ids or not is_collecting():
        return NO_SPAN
    rows = connection.execute(EVENTS_OF, {"ids": list(delivery_ids)}).all()
    return span(
        "relay events",
        "producer",
        {"messaging.operation.type": "send", "messaging.batch.message_count": len(rows)},
        trace_id=secrets.token_hex(16),
        links=[event_context(row.id, row.correlation_id) for row in rows],
        since=since,
    )


def delivery_span(claim: Claim) -> Span:
    """The span of one try of a subscriber."""
    event = claim.event
    if not is_collecting() or not (metadata := readable_metadata(event.metadata)):
        return NO_SPAN
    context = event_context(event.id, metadata.correlation_id)
    return span(
        f"deliver {claim.subscriber}",
        "consumer",
        {
            "messaging.operation.type": "process",
            "messaging.consumer.group.name": claim.subscriber,
            "delivery.attempt": claim.attempts,
            **_about(event.id, event.type, event.stream),
        },
        trace_id=context.trace_id,
        parent_id=context.span_id,
    )


def _about(event_id: uuid.UUID, event_type: str, stream: str) -> Attributes:
    return {
        "cloudevents.event_id": str(event_id),
        "cloudevents.event_type": event_type,
        "cloudevents.event_subject": stream,
    }
