"""What other domains may ask about engagements."""

import uuid
from collections import Counter
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.applications.models import Application
from app.engagements.models import BINDING, Engagement
from app.events.store import read_stream
from app.events.types import RecordedEvent, stream_of

MOST_LISTED = 200


def get_engagement(session: Session, engagement_id: uuid.UUID) -> Engagement:
    """Raises sqlalchemy.exc.NoResultFound for an unknown id."""
    return session.get_one(Engagement, engagement_id)


def engagement_of(session: Session, application_id: uuid.UUID) -> Engagement | None:
    """The application's engagement, or None while it is not proposed yet."""
    return session.scalar(select(Engagement).where(Engagement.application_id == application_id))


def is_bound(session: Session, application_id: uuid.UUID) -> bool:
    """Whether the prospect has agreed to an engagement, as the database says now."""
    contract = select(Engagement.id).where(
        Engagement.application_id == application_id, Engagement.status.in_(BINDING)
    )
    return session.scalar(contract) is not None


def streams_about(application: Application, engagement: Engagement | None) -> list[str]:
    """The application's stream, and its engagement's where it has one."""
    streams = [stream_of("application", application.id)]
    return [*streams, stream_of("engagement", engagement.id)] if engagement else streams


def events_about(
    session: Session, application: Application, engagement: Engagement | None
) -> list[RecordedEvent]:
    """Every event of the application and of its engagement, oldest first."""
    events = [
        recorded
        for stream in streams_about(application, engagement)
        for recorded in read_stream(session, stream)
    ]
    return sorted(events, key=lambda recorded: recorded.position)


def count_by_status(session: Session) -> Counter[str]:
    """How many engagements are in each status."""
    counted = select(Engagement.status, func.count()).group_by(Engagement.status)
    return Counter(dict(session.execute(counted).all()))


def list_engagements(
    session: Session, status: str | None = None
) -> Sequence[tuple[Engagement, Application]]:
    """The newest MOST_LISTED engagements with their applications; of one status, or all but closed
    ones."""
    wanted = Engagement.status == status if status else Engagement.status != "closed"
    rows = session.execute(
        select(Engagement, Application)
        .join(Application, Application.id == Engagement.application_id)
        .where(wanted)
        .order_by(Engagement.created_at.desc(), Engagement.id)
        .limit(MOST_LISTED)
    )
    return [(row[0], row[1]) for row in rows]
