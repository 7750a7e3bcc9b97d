"""What can be done with an endpoint. Callers commit. Each function raises EndpointGone if the
endpoint was deleted in the meantime."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.events.store import record
from app.events.types import Event, stream_of
from app.platform.database import new_id, utc_now
from app.webhooks.address import normal_address
from app.webhooks.events import (
    WebhookEndpointAdded,
    WebhookEndpointChanged,
    WebhookEndpointDeleted,
    WebhookEndpointDisabled,
    WebhookEndpointEnabled,
    WebhookSecretRotated,
)
from app.webhooks.models import WebhookEndpoint
from app.webhooks.signing import OLD_SECRET_LIFETIME, make_secret

# Follow the log from here: nothing recorded before is sent.
BEGIN_TO_FOLLOW = text("""
INSERT INTO webhook_place (id, horizon, position)
VALUES (1, log_horizon(pg_snapshot_xmin(pg_current_snapshot())), 0)
ON CONFLICT DO NOTHING
""")

ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('webhooks.addresses'))")
# Failures at the old address say nothing about the new one.
BEGIN_ANEW = text("""
UPDATE webhook_messages SET tries = 0, next_try_at = now()
WHERE endpoint_id = :id AND status = 'waiting'
""")


class EndpointGone(Exception):
    """Somebody deleted the endpoint since the caller read it."""


def add_endpoint(
    session: Session,
    endpoint_id: uuid.UUID | None = None,
    *,
    url: str,
    description: str,
    event_types: Sequence[str],
    with_personal: bool,
    staff_id: uuid.UUID,
) -> WebhookEndpoint:
    """Add an endpoint with a secret of its own; it gets the events recorded from now on.

    Empty ``event_types`` means every type, including those declared later.
    """
    endpoint = WebhookEndpoint(
        id=endpoint_id or new_id(),
        url=url,
        description=description,
        event_types=list(event_types),
        with_personal=with_personal,
        secret=make_secret(),
        created_by_id=staff_id,
    )
    session.add(endpoint)
    session.flush()
    session.execute(BEGIN_TO_FOLLOW)
    added = WebhookEndpointAdded(
        host=endpoint.host, event_types=endpoint.event_types, with_personal=with_personal
    )
    _record(session, endpoint, added, actor=f"staff:{staff_id}")
    return endpoint


def change_endpoint(
    session: Session,
    endpoint: WebhookEndpoint,
    *,
    url: str,
    description: str,
    event_types: Sequence[str],
    with_personal: bool,
    actor: str,
) -> None:
    """Change the endpoint; its secret and whether it is enabled stay as they are. The types apply
    to messages created from now on. Another spelling of the same address is ignored. A new address
    starts without failures, and what waits goes there from its first try."""
    lock_endpoint(session, endpoint)
    is_moved = normal_address(url) != normal_address(endpoint.url)
    if is_moved:
        endpoint.url = url
    endpoint.description = description
    endpoint.event_types, endpoint.with_personal = list(event_types), with_personal
    if not session.is_modified(endpoint):
        return
    if is_moved:
        endpoint.failures_in_a_row = 0
        session.execute(BEGIN_ANEW, {"id": endpoint.id})
    changed = WebhookEndpointChanged(
        host=endpoint.host,
        event_types=endpoint.event_types,
        with_personal=with_personal,
        is_moved=is_moved,
    )
    _record(session, endpoint, changed, actor=actor)


def rotate_secret(session: Session, endpoint: WebhookEndpoint, *, actor: str) -> None:
    """Give the endpoint a new secret. For a day messages are signed with the old one as well, even
    if the new one is replaced within it: we can't know which secret the other side has by now."""
    lock_endpoint(session, endpoint)
    now = utc_now()
    still_sign = endpoint.replaced_secrets(now).items()
    endpoint.older_secrets = {replaced: end.isoformat() for replaced, end in still_sign}
    endpoint.previous_secret = endpoint.secret
    endpoint.previous_secret_until = now + OLD_SECRET_LIFETIME
    endpoint.secret = make_secret()
    _record(session, endpoint, WebhookSecretRotated(host=endpoint.host), actor=actor)


def disable_endpoint(
    session: Session,
    endpoint: WebhookEndpoint,
    *,
    because: Literal["failing", "gone", "staff"],
    actor: str,
) -> None:
    """Send the endpoint nothing more. Events recorded before are kept for it; it misses those
    recorded while it is disabled."""
    lock_endpoint(session, endpoint)
    if not endpoint.is_enabled:
        return
    endpoint.status, endpoint.disabled_because = "disabled", because
    endpoint.status_since = _now(session)
    disabled = WebhookEndpointDisabled(host=endpoint.host, because=because)
    _record(session, endpoint, disabled, actor=actor)


def enable_endpoint(session: Session, endpoint: WebhookEndpoint, *, actor: str) -> None:
    """Send the endpoint what waited, and the events recorded from now on."""
    lock_endpoint(session, endpoint)
    if endpoint.is_enabled:
        return
    endpoint.status, endpoint.disabled_because = "enabled", None
    endpoint.status_since, endpoint.failures_in_a_row = _now(session), 0
    _record(session, endpoint, WebhookEndpointEnabled(host=endpoint.host), actor=actor)


def delete_endpoint(session: Session, endpoint: WebhookEndpoint, *, actor: str) -> None:
    """Delete the endpoint, its messages and the answers to them."""
    lock_endpoint(session, endpoint)
    _record(session, endpoint, WebhookEndpointDeleted(host=endpoint.host), actor=actor)
    session.delete(endpoint)


def lock_endpoint(session: Session, endpoint: WebhookEndpoint) -> None:
    """Lock the endpoint and load its current state; others who would change it wait. Call it before
    recording anything in its stream: the courier, too, has the row locked when it disables an
    endpoint. Raises EndpointGone."""
    session.flush()
    locked = session.get(WebhookEndpoint, endpoint.id, with_for_update=True, populate_existing=True)
    if locked is None:
        raise EndpointGone(endpoint.id)


def hold_addresses(session: Session) -> set[str]:
    """The addresses of all endpoints, enabled or not, in normal form. Other callers wait until this
    transaction ends, so that two can't take the same free address.

    A unique index would not do: it can't be created on a site where two endpoints share an address
    already, and addresses stored before they were normalised stay as they were typed.
    """
    session.execute(ONE_AT_A_TIME)
    return set(map(normal_address, session.scalars(select(WebhookEndpoint.url))))


def _now(session: Session) -> datetime:
    """The time by the clock that stamps events."""
    return session.execute(select(func.clock_timestamp())).scalar_one()


def _record(session: Session, endpoint: WebhookEndpoint, happened: Event, *, actor: str) -> None:
    record(session, stream_of("webhook", endpoint.id), happened, actor=actor)
