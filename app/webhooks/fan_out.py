"""Following the log: a message for each event and each endpoint that wants it."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.database import new_id
from app.events.log import Place, place_of, read_log
from app.events.types import RecordedEvent
from app.webhooks.events import WebhookTested
from app.webhooks.models import WebhookEndpoint, WebhookMessage, WebhookPlace

BATCH = 500


def fan_out_events(session: Session) -> bool:
    """Make the messages of the next BATCH events; return whether there may be more.

    Nothing is done before the first endpoint was added, or while another worker is at it.
    """
    place = session.scalar(select(WebhookPlace).with_for_update(skip_locked=True))
    if place is None:
        return False
    # In this order: an event that was recorded after an endpoint was added finds it here.
    events = read_log(session, Place(place.horizon, place.position), most=BATCH)
    endpoints = session.scalars(
        select(WebhookEndpoint)
        .where(WebhookEndpoint.status == "enabled")
        .with_for_update(read=True, key_share=True)
    ).all()
    rows = [
        {"id": new_id(), "event_id": recorded.id, "endpoint_id": endpoint.id}
        for recorded in events
        for endpoint in endpoints
        if wants(endpoint, recorded)
    ]
    if rows:
        session.execute(insert(WebhookMessage).on_conflict_do_nothing(), rows)
    if events:
        last = place_of(events[-1])
        place.horizon, place.position = last.horizon, last.position
    return len(events) == BATCH


def wants(endpoint: WebhookEndpoint, recorded: RecordedEvent) -> bool:
    """Whether the endpoint asked for that type, and stood ready when the event was recorded."""
    if recorded.type == WebhookTested.type or recorded.recorded_at < endpoint.status_since:
        return False
    return not endpoint.event_types or recorded.type in endpoint.event_types
