"""How often a link is mailed: whoever requests one may not own the address that it goes to."""

from datetime import timedelta

from sqlalchemy.orm import Session

from app.events.store import count_recorded
from app.events.types import Event

MOST_LINKS = 3
WITHIN = timedelta(hours=1)


def is_asked_too_often(session: Session, stream: str, request: type[Event]) -> bool:
    """Whether the stream already has MOST_LINKS of these requests within the hour, by the
    database's clock. The caller holds a lock on the row that the stream is about."""
    return count_recorded(session, stream, request, within=WITHIN) >= MOST_LINKS
