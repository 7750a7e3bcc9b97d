"""An application's events in the prospect's words."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from flask_babel import lazy_gettext

from app.applications.events import (
    AnswerDue,
    ApplicationAccepted,
    ApplicationDeclined,
    ApplicationSubmitted,
    ApplicationWithdrawn,
    MoreProvided,
    MoreRequested,
    OfferChanged,
    OfferTakenBack,
    PageLinkReplaced,
)
from app.applications.promise import is_answer_missed
from app.engagements.events import EngagementAccepted, EngagementActivated, EngagementProposed
from app.events.rows import FromNewerRelease
from app.events.types import Event, RecordedEvent
from app.messages.events import ReplyDue
from app.messages.promise import is_reply_missed
from app.payments.events import (
    DepositDisputeClosed,
    DepositDisputed,
    DepositOverpaid,
    DepositPaid,
    DepositRefunded,
    DepositRefundFailed,
)
from app.scoring.events import ApplicationScored
from app.web.rendering import money

# The score itself is the firm's own note; a prospect only sees that there is one.
WORDS: dict[type[msgspec.Struct], tuple[str, str]] = {
    ApplicationSubmitted: (
        lazy_gettext("Received"),
        lazy_gettext("Your application is stored."),
    ),
    ApplicationScored: (
        lazy_gettext("Scored by rule"),
        lazy_gettext("It has been scored against the criteria that we use for everyone."),
    ),
    EngagementProposed: (
        lazy_gettext("With a reviewer"),
        lazy_gettext("It has been priced by rule and handed to a person."),
    ),
    MoreRequested: (
        lazy_gettext("A question for you"),
        lazy_gettext("The reviewer would like to know more."),
    ),
    MoreProvided: (
        lazy_gettext("Answered by you"),
        lazy_gettext("Your answer is with the reviewer."),
    ),
    AnswerDue: (
        lazy_gettext("Our answer is late"),
        lazy_gettext(
            "We promised it by this time and had not given it. The reviewers were reminded."
        ),
    ),
    ReplyDue: (
        lazy_gettext("Our reply is late"),
        lazy_gettext("We promised one to your message by this time. The reviewers were reminded."),
    ),
    ApplicationWithdrawn: (
        lazy_gettext("Withdrawn by you"),
        lazy_gettext("It will no longer be read or decided."),
    ),
    PageLinkReplaced: (
        lazy_gettext("A new link"),
        lazy_gettext(
            "This page has a new address, which we emailed to you. The old one no longer works."
        ),
    ),
    ApplicationAccepted: (
        lazy_gettext("Taken on"),
        lazy_gettext("We would like to work with you."),
    ),
    OfferChanged: (
        lazy_gettext("Proposal changed"),
        lazy_gettext("What we now propose replaces what we proposed before."),
    ),
    OfferTakenBack: (
        lazy_gettext("Proposal taken back"),
        lazy_gettext("It can no longer be agreed to, and you owe nothing."),
    ),
    ApplicationDeclined: (
        lazy_gettext("Not taken on"),
        lazy_gettext("Our answer is under Messages, and in an email to you."),
    ),
    EngagementAccepted: (
        lazy_gettext("Agreed"),
        lazy_gettext("You have agreed to the engagement."),
    ),
    DepositPaid: (
        lazy_gettext("Payment received"),
        lazy_gettext("Thank you. An email confirms it."),
    ),
    DepositOverpaid: (
        lazy_gettext("Paid twice"),
        lazy_gettext(
            "A card payment arrived when nothing was due any more. We will refund it to the card."
        ),
    ),
    DepositRefunded: (
        lazy_gettext("Refunded"),
        lazy_gettext("We have sent back %(amount)s."),
    ),
    DepositRefundFailed: (
        lazy_gettext("Refund failed"),
        lazy_gettext(
            "Your bank did not take the refund of %(amount)s. We will find another way and write to"
            " you."
        ),
    ),
    DepositDisputed: (
        lazy_gettext("Payment questioned"),
        lazy_gettext(
            "The card’s bank has questioned %(amount)s. If you don’t know why, write to us."
        ),
    ),
    DepositDisputeClosed: (
        lazy_gettext("The bank’s decision"),
        lazy_gettext("The payment stands."),
    ),
    EngagementActivated: (
        lazy_gettext("Confirmed"),
        lazy_gettext("We will write to agree the first day."),
    ),
    FromNewerRelease: (
        lazy_gettext("Recorded by a newer release of this site"),
        lazy_gettext("The site is being updated, and this page can’t show it yet."),
    ),
}


BANK_TOOK_IT = lazy_gettext("The bank has decided: %(amount)s goes back to the card.")
WITH_AMOUNT = (DepositRefunded, DepositRefundFailed, DepositDisputed, DepositDisputeClosed)


class Entry(msgspec.Struct, frozen=True):
    """One line of the timeline; ``at`` is UTC, ``who`` the reviewer who acted, or ""."""

    title: str
    text: str
    at: datetime
    who: str


def timeline_of(events: Sequence[RecordedEvent], reviewers: Mapping[str, str]) -> list[Entry]:
    """What has happened to an application and its engagement, oldest first, in the order of
    ``events``. ``reviewers`` are the names of staff by actor. That an answer or a reply fell due is
    only included if it had not been given by then."""
    return [
        Entry(
            *_in_words(recorded.data),
            at=recorded.recorded_at,
            who=reviewers.get(recorded.metadata.actor, ""),
        )
        for recorded in events
        if type(recorded.data) in WORDS and not _was_kept(recorded, events)
    ]


def _in_words(event: Event) -> tuple[str, str]:
    """What is said of the event, with the amount that was refunded or disputed, if any."""
    title, text = WORDS[type(event)]
    if isinstance(event, DepositDisputeClosed) and event.outcome == "lost":
        text = BANK_TOOK_IT
    if isinstance(event, WITH_AMOUNT):
        text = str(text) % {"amount": money(event.amount_cents, event.currency)}
    return title, text


def _was_kept(recorded: RecordedEvent, events: Sequence[RecordedEvent]) -> bool:
    """Whether the event is the due time of a promise that had been kept."""
    if isinstance(recorded.data, ReplyDue):
        return not is_reply_missed(recorded, events)
    return isinstance(recorded.data, AnswerDue) and not is_answer_missed(recorded, events)


def latest_words(
    events: Sequence[RecordedEvent],
    *said: type[MoreProvided | ApplicationAccepted | OfferChanged | ApplicationWithdrawn],
) -> str | None:
    """The text of the last event of these types; None if there is no such event."""
    return next((e.data.message for e in reversed(events) if isinstance(e.data, said)), None)
