"""What pages show of endpoints, messages and tries."""

import uuid
from collections.abc import Sequence

import msgspec
from sqlalchemy import ColumnElement, case, func, select, text, tuple_
from sqlalchemy.orm import Session, joinedload

from app.events.log import lag_behind
from app.webhooks.models import WebhookEndpoint, WebhookMessage, WebhookTry

LATEST_MESSAGES = 50
UNFINISHED = ("waiting", "retrying", "sending")


class EndpointRow(msgspec.Struct, frozen=True):
    """An endpoint in the list: how many of its messages wait, how many of those have failed before,
    and how many have failed for good."""

    endpoint: WebhookEndpoint
    waiting: int
    retrying: int
    failed: int
    is_failing: bool

    @property
    def is_well(self) -> bool:
        """Whether nothing fails; an endpoint that staff disabled is not in trouble."""
        if self.endpoint.is_enabled:
            return not self.is_failing
        return self.endpoint.disabled_because == "staff"


class PlaceFigures(msgspec.Struct, frozen=True):
    """How many events have no messages yet (at most 100,000), and the age of the first."""

    lag: int = 0
    oldest_seconds: float = 0.0


class EndpointMessages(msgspec.Struct, frozen=True):
    """An endpoint's latest LATEST_MESSAGES, newest first; as many of the failed ones before them;
    and how many those are in all."""

    latest: Sequence[WebhookMessage]
    failed_earlier: Sequence[WebhookMessage]
    count_failed_earlier: int


FIGURES = text(f"""
SELECT lag, coalesce(extract(epoch FROM now() - recorded_at), 0)::float8 AS oldest_seconds
FROM webhook_place {lag_behind("webhook_place")}
""")  # noqa: S608 - a part of our own


# The latest try is looked up only if a message waits after a failed one: for an endpoint that gets
# little, the scan could go through every try there is and find none. Messages that failed for good
# are counted in failures_in_a_row.
FAILING = """
SELECT endpoint.id FROM webhook_endpoints AS endpoint
WHERE endpoint.status = 'enabled' AND CASE
    WHEN endpoint.failures_in_a_row > 0 THEN true
    WHEN NOT EXISTS (
        SELECT FROM webhook_messages
        WHERE endpoint_id = endpoint.id AND status = 'waiting' AND tries > 0
    ) THEN false
    ELSE (
        SELECT coalesce(try.http_status NOT BETWEEN 200 AND 299, true)
        FROM webhook_attempts AS try
        JOIN webhook_messages AS message ON message.id = try.message_id
        WHERE message.endpoint_id = endpoint.id AND try.error IS DISTINCT FROM 'event_altered'
        ORDER BY try.id DESC LIMIT 1
    )
END
"""
# The endpoints for which EndpointRow.is_well is false.
UNWELL = f"""
{FAILING}
UNION ALL
SELECT id FROM webhook_endpoints WHERE status = 'disabled' AND disabled_because <> 'staff'
"""  # noqa: S608 - a part of our own


def failing_endpoints(session: Session) -> set[uuid.UUID]:
    """The enabled endpoints whose latest try or latest message failed."""
    return set(session.scalars(text(FAILING)))


def place_figures(session: Session) -> PlaceFigures:
    """How far creating messages lags behind the log; not at all before the first endpoint."""
    row = session.execute(FIGURES).one_or_none()
    return PlaceFigures(row.lag, row.oldest_seconds) if row else PlaceFigures()


def endpoint_rows(session: Session) -> list[EndpointRow]:
    """Every endpoint, oldest first."""
    counts, failing = _count_undelivered(session), failing_endpoints(session)
    endpoints = session.scalars(select(WebhookEndpoint).order_by(WebhookEndpoint.created_at))
    return [
        EndpointRow(
            endpoint=endpoint,
            waiting=sum(counts.get((endpoint.id, one), 0) for one in UNFINISHED),
            retrying=counts.get((endpoint.id, "retrying"), 0),
            failed=counts.get((endpoint.id, "failed"), 0),
            is_failing=endpoint.id in failing,
        )
        for endpoint in endpoints
    ]


def find_endpoint(session: Session, endpoint_id: uuid.UUID) -> WebhookEndpoint | None:
    return session.get(WebhookEndpoint, endpoint_id)


def find_message(session: Session, message_id: uuid.UUID) -> WebhookMessage | None:
    return session.get(WebhookMessage, message_id)


def messages_of(session: Session, endpoint_id: uuid.UUID) -> EndpointMessages:
    """What the endpoint was sent, or is to be sent."""
    latest = _latest(session, WebhookMessage.endpoint_id == endpoint_id)
    if len(latest) < LATEST_MESSAGES:
        return EndpointMessages(latest, [], 0)
    place = tuple_(WebhookMessage.created_at, WebhookMessage.id)
    failed = (
        WebhookMessage.endpoint_id == endpoint_id,
        WebhookMessage.status == "failed",
        place < (latest[-1].created_at, latest[-1].id),
    )
    count = session.scalar(select(func.count()).where(*failed)) or 0
    return EndpointMessages(latest, _latest(session, *failed), count)


def _latest(session: Session, *which: ColumnElement[bool]) -> Sequence[WebhookMessage]:
    return session.scalars(
        select(WebhookMessage)
        .where(*which)
        .options(joinedload(WebhookMessage.event))
        .order_by(WebhookMessage.created_at.desc(), WebhookMessage.id.desc())
        .limit(LATEST_MESSAGES)
    ).all()


def tries_of(session: Session, message_id: uuid.UUID) -> Sequence[WebhookTry]:
    """Every try to send the message, latest first."""
    return session.scalars(
        select(WebhookTry).where(WebhookTry.message_id == message_id).order_by(WebhookTry.id.desc())
    ).all()


def count_undelivered_by_status(session: Session) -> dict[str, int]:
    """How many messages wait (for endpoints that are enabled), are being sent, or have failed."""
    is_kept_back = (WebhookMessage.status == "waiting") & (WebhookEndpoint.status != "enabled")
    rows = session.execute(
        select(WebhookMessage.status, func.count())
        .join(WebhookEndpoint, WebhookEndpoint.id == WebhookMessage.endpoint_id)
        .where(WebhookMessage.status != "delivered", ~is_kept_back)
        .group_by(WebhookMessage.status)
    )
    return {"waiting": 0, "sending": 0, "failed": 0} | dict(rows.all())


def count_disabled_endpoints(session: Session) -> int:
    """How many endpoints the courier disabled, rather than staff."""
    chosen = WebhookEndpoint.disabled_because.in_(["failing", "gone"])
    return session.scalar(select(func.count()).select_from(WebhookEndpoint).where(chosen)) or 0


def _count_undelivered(session: Session) -> dict[tuple[uuid.UUID, str], int]:
    """Counts by endpoint and status; a message that waits after a failed try is "retrying"."""
    is_retrying = (WebhookMessage.status == "waiting") & (WebhookMessage.tries > 0)
    status = case((is_retrying, "retrying"), else_=WebhookMessage.status).label("status_now")
    rows = session.execute(
        select(WebhookMessage.endpoint_id, status, func.count())
        .where(WebhookMessage.status != "delivered")
        .group_by(WebhookMessage.endpoint_id, "status_now")
    )
    return {(endpoint_id, status): count for endpoint_id, status, count in rows}
