"""What can happen to an application."""

from typing import Any, Literal

from app.events.types import Event, event
from app.events.upcast import Payload, upcast


@event("draft.link_requested", version=1, personal=("email", "resume_token"))
class DraftLinkRequested(Event, frozen=True):
    """A prospect asked for a link back into a half-finished form."""

    draft_id: str
    email: str
    resume_token: str


@event("draft.expiring", version=1, personal=("email", "resume_token"))
class DraftExpiring(Event, frozen=True):
    """A half-finished form is deleted on the day ``ends_on`` unless somebody goes on with it."""

    email: str
    resume_token: str
    ends_on: str


@event("draft.discarded", version=1)
class DraftDiscarded(Event, frozen=True):
    """A half-finished form was deleted with all that was in it."""

    because: Literal["expired", "by_prospect"]


@event("application.submitted", version=2, personal=("name", "email", "company", "answers"))
class ApplicationSubmitted(Event, frozen=True):
    """A prospect sent the form, in ``language`` (an ISO 639-1 code). The answers are to the
    questions of ``questions_version``."""

    reference: str
    name: str
    email: str
    company: str
    answers: dict[str, Any]
    questions_version: str
    language: str


@upcast("application.submitted", from_version=1)
def in_the_only_language(payload: Payload) -> Payload:
    """The form was in English alone."""
    return payload | {"language": "en"}


@event("application.held", version=1)
class ApplicationHeld(Event, frozen=True):
    """Screening held the application until staff look at it. ``signals`` are the reasons, each with
    the reference of the application that it points to, or ""."""

    signals: dict[str, str]


@event("application.released", version=1)
class ApplicationReleased(Event, frozen=True):
    """Staff released a held application: what follows from any other submission follows now."""


@event("application.dismissed", version=1)
class ApplicationDismissed(Event, frozen=True):
    """Staff closed a held application without an answer. It is kept, and can still be released."""


@event("application.taken", version=1)
class ApplicationTaken(Event, frozen=True):
    """A member of staff took the application to work on it, perhaps over from a colleague."""


@event("application.put_back", version=1)
class ApplicationPutBack(Event, frozen=True):
    """The member of staff who had taken the application put it back."""


@event("application.more_requested", version=1, personal=("message",))
class MoreRequested(Event, frozen=True):
    """A reviewer asked the prospect for more before deciding."""

    message: str


@event("application.more_provided", version=1, personal=("message",))
class MoreProvided(Event, frozen=True):
    """The prospect answered what the reviewer had asked."""

    message: str


@event("application.accepted", version=1, personal=("message",))
class ApplicationAccepted(Event, frozen=True):
    """A reviewer accepted the application, for this kind of engagement at this price, in cents of
    ``currency``."""

    message: str
    kind: str
    total_cents: int
    # Older events have none; their reviewers were asked for US dollars.
    currency: str = "usd"


@event("application.declined", version=1, personal=("message",))
class ApplicationDeclined(Event, frozen=True):
    """A reviewer turned the application down."""

    message: str


@event("application.offer_changed", version=1, personal=("message",))
class OfferChanged(Event, frozen=True):
    """Before the client agreed, a reviewer replaced the terms of the offer by this kind of
    engagement at this price, in cents of ``currency``."""

    message: str
    kind: str
    total_cents: int
    currency: str


@event("application.offer_taken_back", version=1, personal=("message",))
class OfferTakenBack(Event, frozen=True):
    """Before the client agreed, a reviewer took the offer back; nobody can agree to it any more."""

    message: str


@event("application.withdrawn", version=1, personal=("message",))
class ApplicationWithdrawn(Event, frozen=True):
    """The prospect took the application back before it was decided; ``message`` may say why."""

    message: str


@event("application.answer_due", version=1)
class AnswerDue(Event, frozen=True):
    """The answer that the prospect was promised is due."""


@event("application.link_requested", version=1)
class PageLinkRequested(Event, frozen=True):
    """The prospect lost the link to their page and asked for it again."""


@event("application.link_replaced", version=1)
class PageLinkReplaced(Event, frozen=True):
    """Staff gave the prospect's page a new link; the old one no longer works."""


@event("application.erased", version=1)
class ApplicationErased(Event, frozen=True):
    """Everything stored about the person who applied was erased; only figures remain."""
