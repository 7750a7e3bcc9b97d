"""What scoring records."""

from app.events.types import Event, event


@event("application.scored", version=1)
class ApplicationScored(Event, frozen=True):
    """The rubric has judged an application: points of 100, and the engagement that fits it."""

    total: int
    band: str
    recommended_kind: str
    rubric_version: str
