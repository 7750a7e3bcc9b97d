"""Following the log: a message for each event and each endpoint that wants it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.events.log import Place, place_of, read_log
from app.events.models import StoredEvent
from app.events.types import RecordedEvent, stream_of
from app.platform.database import new_id
from app.webhooks.events import WebhookEndpointDisabled, WebhookEndpointEnabled, WebhookTested
from app.webhooks.models import WebhookEndpoint, WebhookMessage, WebhookPlace

BATCH = 500
Switches = dict[str, list[tuple[datetime, str]]]


def fan_out_events(session: Session) -> bool:
    """Create the messages of the next BATCH events; return whether there may be more.

    Does nothing before the first endpoint is added, or while another worker does this.
    """
    place = session.scalar(select(WebhookPlace).with_for_update(skip_locked=True))
    if place is None:
        return False
    # In this order, so that an event recorded after an endpoint was added finds the endpoint here.
    events = read_log(session, Place(place.horizon, place.position), most=BATCH)
    endpoints = session.scalars(
        select(WebhookEndpoint).with_for_update(read=True, key_share=True)
    ).all()
    switches = _switches_of(session, endpoints) if events else {}
    rows = [
        {"id": new_id(), "event_id": recorded.id, "endpoint_id": endpoint.id}
        for recorded in events
        for endpoint in endpoints
        if wants(endpoint, recorded) and was_enabled(endpoint, switches, recorded.recorded_at)
    ]
    if rows:
        session.execute(insert(WebhookMessage).on_conflict_do_nothing(), rows)
    if events:
        last = place_of(events[-1])
        place.horizon, place.position = last.horizon, last.position
    return len(events) == BATCH


def wants(endpoint: WebhookEndpoint, recorded: RecordedEvent) -> bool:
    """Whether the endpoint asked for that type."""
    if recorded.type == WebhookTested.type:
        return False
    return not endpoint.event_types or recorded.type in endpoint.event_types


def was_enabled(endpoint: WebhookEndpoint, switches: Switches, at: datetime) -> bool:
    """Whether it was enabled at that time, whatever it is now."""
    is_enabled = at >= endpoint.created_at
    for switched_at, type_ in switches.get(stream_of("webhook", endpoint.id), []):
        if switched_at <= at:
            is_enabled = type_ == WebhookEndpointEnabled.type
    return is_enabled


def _switches_of(session: Session, endpoints: Sequence[WebhookEndpoint]) -> Switches:
    """When each endpoint was disabled and enabled, by stream, oldest first."""
    found: Switches = {}
    rows = session.execute(
        select(StoredEvent.stream, StoredEvent.recorded_at, StoredEvent.type)
        .where(
            StoredEvent.stream.in_([stream_of("webhook", endpoint.id) for endpoint in endpoints]),
            StoredEvent.type.in_([WebhookEndpointDisabled.type, WebhookEndpointEnabled.type]),
        )
        .order_by(StoredEvent.version)
    )
    for stream, at, type_ in rows:
        found.setdefault(stream, []).append((at, type_))
    return found
