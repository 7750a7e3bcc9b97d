"""The event of the desk's own clock."""

from app.events.types import Event, event


@event("working_day.began", version=1)
class WorkingDayBegan(Event, frozen=True):
    """A working day began at the firm. ``day`` is its local date, in ISO 8601."""

    day: str
