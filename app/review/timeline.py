"""What happened to an application and its engagement, in words for staff."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace
from sqlalchemy.orm import Session

from app.accounts.queries import name_of, staff_names
from app.applications.events import (
    AnswerDue,
    ApplicationAccepted,
    ApplicationDeclined,
    ApplicationDismissed,
    ApplicationErased,
    ApplicationHeld,
    ApplicationPutBack,
    ApplicationReleased,
    ApplicationSubmitted,
    ApplicationTaken,
    ApplicationWithdrawn,
    MoreProvided,
    MoreRequested,
    OfferChanged,
    OfferTakenBack,
    PageLinkReplaced,
    PageLinkRequested,
)
from app.applications.models import Application
from app.engagements.events import (
    EngagementAccepted,
    EngagementActivated,
    EngagementClosed,
    EngagementOffered,
    EngagementProposed,
)
from app.engagements.rate_card import current_rate_card
from app.events.rows import Altered, FromNewerRelease
from app.events.types import Event, RecordedEvent
from app.firm.offers import Kind, current_offers
from app.messages.events import MessageReceived, MessageSent, NoteWritten, ReplyDue
from app.payments.events import (
    DepositDisputeClosed,
    DepositDisputed,
    DepositOverpaid,
    DepositPaid,
    DepositRefunded,
    DepositRefundFailed,
)
from app.payments.queries import DepositPanel
from app.payments.states import OVER
from app.scoring.events import ApplicationScored
from app.web.rendering import as_word, isolated, money, price


def kind_name(kind: Kind) -> str:
    """The name that the offers give to the kind."""
    return current_offers().offer(kind).name


def price_told(priced: Any) -> str:
    """The price in an event or a state, with "a month" if its quote is monthly. Verdicts and the
    oldest events have no quote; for these the rate card's billing of the kind is used."""
    quote = getattr(priced, "quote", None)
    billing = quote["billing"] if quote else current_rate_card().price_of(priced.kind).billing
    return price(priced.total_cents, priced.currency, is_monthly=billing == "monthly")


def _of_what(event: DepositRefunded | DepositDisputed) -> str:
    return " of the second payment" if event.is_extra else ""


class Entry(msgspec.Struct, frozen=True):
    """One line of the timeline; ``at`` is UTC. ``who`` is a person's name, or a part of the site.
    What people wrote is not here, but in the conversation."""

    title: str
    who: str
    at: datetime


WORDS: Mapping[type[msgspec.Struct], Callable[[Any], str]] = {
    ApplicationSubmitted: lambda e: "Application received",
    ApplicationHeld: lambda e: "Held for review",
    ApplicationReleased: lambda e: "Released",
    ApplicationDismissed: lambda e: "Dismissed",
    ApplicationScored: lambda e: (
        f"Scored {e.total} of 100, recommended: {kind_name(e.recommended_kind)}"
    ),
    ApplicationTaken: lambda e: "Taken",
    ApplicationPutBack: lambda e: "Put back",
    AnswerDue: lambda e: "Answer due, not given yet",
    MoreRequested: lambda e: "Asked for more",
    MoreProvided: lambda e: "Answered the question",
    MessageReceived: lambda e: "Wrote to us",
    MessageSent: lambda e: "Wrote to the prospect",
    NoteWritten: lambda e: "Staff note added",
    ReplyDue: lambda e: "Reply due, not given yet",
    ApplicationAccepted: lambda e: f"Accepted as a {kind_name(e.kind)} at {price_told(e)}",
    ApplicationDeclined: lambda e: "Declined",
    OfferChanged: lambda e: f"Offer changed to a {kind_name(e.kind)} at {price_told(e)}",
    OfferTakenBack: lambda e: "Offer taken back",
    ApplicationWithdrawn: lambda e: "Withdrawn",
    PageLinkRequested: lambda e: "Asked for the link to their page",
    PageLinkReplaced: lambda e: "Link to their page replaced",
    ApplicationErased: lambda e: "Personal data erased",
    EngagementProposed: lambda e: f"{kind_name(e.kind)} proposed at {price_told(e)}",
    EngagementOffered: lambda e: f"{kind_name(e.kind)} offered at {price_told(e)}",
    EngagementClosed: lambda e: "Engagement closed",
    EngagementAccepted: lambda e: (
        f"Agreed{f' by {isolated(e.accepted_name)}' if e.accepted_name else ''};"
        f" deposit of {money(e.deposit_cents, e.currency)} due"
    ),
    EngagementActivated: lambda e: "Engagement confirmed",
    DepositPaid: lambda e: f"Deposit of {money(e.amount_cents, e.currency)} paid",
    DepositOverpaid: lambda e: f"Deposit paid twice: refund {money(e.amount_cents, e.currency)}",
    DepositRefunded: lambda e: f"Refunded {money(e.amount_cents, e.currency)}{_of_what(e)}",
    DepositRefundFailed: lambda e: (
        f"Refund of {money(e.amount_cents, e.currency)} failed: send it another way"
    ),
    DepositDisputed: lambda e: (
        f"{money(e.amount_cents, e.currency)}{_of_what(e)}"
        f" {'questioned by the bank' if e.is_inquiry else 'disputed'}: {as_word(e.reason)}"
    ),
    DepositDisputeClosed: lambda e: (
        f"Dispute of {money(e.amount_cents, e.currency)}: {OVER.get(e.outcome, e.outcome)}"
    ),
    FromNewerRelease: lambda e: "Recorded by a newer release of this site",
    Altered: lambda e: "Altered since it was recorded, and can’t be read",
}


def people_of(session: Session, application: Application) -> dict[str, str]:
    """The names of the people who act on an application, by actor."""
    return {"prospect": application.name or "the prospect", **staff_names(session)}


def entry_of(recorded: RecordedEvent, people: Mapping[str, str]) -> Entry:
    """The event in words, with whoever caused it."""
    return Entry(
        title=in_words(recorded.data),
        who=name_of(recorded.metadata.actor, people),
        at=recorded.recorded_at,
    )


def timeline_of(
    events: Sequence[RecordedEvent], people: Mapping[str, str], deposit: DepositPanel | None
) -> list[Entry]:
    """The events in words, in their order. A second payment to be refunded is told as done once
    that is settled."""
    return [_told(recorded, people, deposit) for recorded in events]


def _told(
    recorded: RecordedEvent, people: Mapping[str, str], deposit: DepositPanel | None
) -> Entry:
    entry, event = entry_of(recorded, people), recorded.data
    if deposit and isinstance(event, DepositOverpaid) and deposit.is_settled(event):
        return replace(entry, title=f"{entry.title}; done")
    return entry


def in_words(event: Event) -> str:
    """The event in words, or its type if there are none for it."""
    words = WORDS.get(type(event))
    return words(event) if words else event.type
