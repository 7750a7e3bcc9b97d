"""How often a link is mailed: whoever asks for one need not own the address that it goes to."""

from datetime import timedelta

from sqlalchemy.orm import Session

from app.events.store import count_recorded
from app.events.types import Event

MOST_LINKS = 3
WITHIN = timedelta(hours=1)


def is_asked_too_often(session: Session, stream: str, request: type[Event]) -> bool:
    """Whether the stream has had as many of these requests within the hour as are mailed, by the
    database's clock. Callers hold the row that the stream is about."""
    return count_recorded(session, stream, request, within=WITHIN) >= MOST_LINKS
