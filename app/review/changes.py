"""What has changed an application since a reviewer saw it."""

from collections.abc import Sequence

from app.applications.events import (
    ApplicationAccepted,
    ApplicationDeclined,
    ApplicationDismissed,
    ApplicationErased,
    ApplicationWithdrawn,
    OfferChanged,
    OfferTakenBack,
)
from app.applications.fold import APPLICATIONS
from app.events.types import RecordedEvent

CLOSING = (
    ApplicationAccepted,
    ApplicationDeclined,
    OfferChanged,
    OfferTakenBack,
    ApplicationDismissed,
    ApplicationWithdrawn,
)


def changes_since(events: Sequence[RecordedEvent], seen_version: int) -> list[RecordedEvent]:
    """What was released, decided, asked, answered, withdrawn or erased after the version that a
    reviewer saw, oldest first. ``events`` are those of the application from its submission on, in
    order; other events among them are ignored."""
    # Each raises the version by one, and the first, the submission, sets it to 1.
    steps = [recorded for recorded in events if type(recorded.data) in APPLICATIONS.steps]
    return steps[max(seen_version, 1) :]


def last_change(events: Sequence[RecordedEvent]) -> RecordedEvent:
    """The event that closed an application, or has changed its offer since; an erasure only if
    nothing had closed it before. If this release can't read that event, the last one."""
    *before, last = changes_since(events, 1) or events
    was_closed = bool(before) and isinstance(before[-1].data, CLOSING)
    return before[-1] if isinstance(last.data, ApplicationErased) and was_closed else last
