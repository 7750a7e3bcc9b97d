"""What scoring records."""

from typing import Any

from app.events.types import Event, event


@event("application.scored", version=1)
class ApplicationScored(Event, frozen=True):
    """The rubric scored an application: points out of 100, and the engagement that fits it.

    ``result`` is the whole `Score` with its reasons; None in events from before it was recorded.
    """

    total: int
    band: str
    recommended_kind: str
    rubric_version: str
    result: dict[str, Any] | None = None
