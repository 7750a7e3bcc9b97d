"""What can happen to an engagement. Amounts are in cents.

A ``quote`` is the whole `Quote` with its lines; None in events from before it was recorded.
"""

from typing import Any

from app.events.types import Event, event


@event("engagement.proposed", version=1)
class EngagementProposed(Event, frozen=True):
    """An engagement of the rubric's kind was priced by the rate card, for staff to start from."""

    application_id: str
    kind: str
    currency: str
    total_cents: int
    deposit_cents: int
    rate_card_version: str
    quote: dict[str, Any] | None = None


@event("engagement.offered", version=1)
class EngagementOffered(Event, frozen=True):
    """A reviewer accepted the application, and the client can agree to this engagement. Before they
    do, the reviewer may change the offer: another event then replaces this one's terms."""

    application_id: str
    kind: str
    currency: str
    total_cents: int
    deposit_cents: int
    quote: dict[str, Any] | None = None


@event("engagement.closed", version=1)
class EngagementClosed(Event, frozen=True):
    """The application was declined, withdrawn or erased, or its offer taken back."""

    application_id: str


@event("engagement.accepted", version=1, personal=("accepted_name",))
class EngagementAccepted(Event, frozen=True):
    """The client agreed, under the name that they typed, and owes the deposit."""

    application_id: str
    accepted_name: str
    currency: str
    deposit_cents: int


@event("engagement.activated", version=1)
class EngagementActivated(Event, frozen=True):
    """The deposit is paid; work can begin."""

    application_id: str
