"""Who acts next and by when, in one sentence for each standing."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from flask_babel import gettext, lazy_gettext
from sqlalchemy.orm import Session

from app.applications.promise import Promise, deadline_after, open_promise
from app.events.types import RecordedEvent
from app.messages.queries import Thread
from app.payments.events import DepositPaid
from app.platform.database import utc_now
from app.portal.standing import (
    ACTIVE,
    AGREED,
    CLOSED,
    DECLINED,
    DELAYED,
    FIRST_MONTH_DUE,
    OFFERED,
    PAYING,
    PREPARED,
    QUESTION,
    RECEIVED,
    REFUNDED,
    TAKEN_BACK,
    WITH_REVIEWER,
    WITHDRAWN,
    Standing,
)
from app.web.deadline import deadline, explained, missed

WITHOUT_A_DATE = {
    QUESTION: lazy_gettext("You act next, whenever it suits you: there is no deadline."),
    **dict.fromkeys(
        (DECLINED, TAKEN_BACK, WITHDRAWN, CLOSED),
        lazy_gettext("Nobody has to act: this application is closed."),
    ),
    PREPARED: lazy_gettext("We act next: the proposal will be here within seconds."),
    DELAYED: lazy_gettext("We act next: our proposal is late."),
    OFFERED: lazy_gettext(
        "You act next, whenever it suits you: our proposal has no closing date. Until you agree, we"
        " can still change it or take it back, and would tell you by email."
    ),
    AGREED: lazy_gettext("You act next: the work begins once the deposit has arrived."),
    FIRST_MONTH_DUE: lazy_gettext("You act next: the work begins once the first month is paid."),
    REFUNDED: lazy_gettext(
        "Nobody has to act here: what becomes of the engagement is between you and us."
    ),
    PAYING: lazy_gettext("Nobody has to act: Stripe still has to confirm the payment."),
}

# In THEIRS the prospect acts next, even if we owe them a reply. In OURS_ANYWAY we owe the decision,
# which matters more than a reply.
THEIRS = (QUESTION, AGREED, FIRST_MONTH_DUE)
OURS_ANYWAY = (RECEIVED, WITH_REVIEWER)


class Turn(msgspec.Struct, frozen=True):
    """Who acts next and by when, in words; ``due_at`` is that time in UTC, if there is one."""

    sentence: str
    due_at: datetime | None = None


def turn_of(
    session: Session, events: Sequence[RecordedEvent], standing: Standing, thread: Thread
) -> Turn:
    """Who acts next; deadlines follow the firm's calendar. ``events`` are those of the application
    and its engagement, oldest first. A message in the ``thread`` may wait for a promised reply."""
    wrote_at, due_at = thread.unanswered_since, thread.reply_due_at
    if wrote_at is None or due_at is None or standing in OURS_ANYWAY:
        return _turn_by_standing(session, events, standing)
    reply = _reply(wrote_at, due_at)
    first = WITHOUT_A_DATE[standing] if standing in THEIRS else gettext("We act next.")
    return Turn(f"{first} {reply}", due_at)


def _turn_by_standing(
    session: Session, events: Sequence[RecordedEvent], standing: Standing
) -> Turn:
    if standing in WITHOUT_A_DATE:
        return Turn(str(WITHOUT_A_DATE[standing]))
    if standing is ACTIVE:
        paid_at = next((e.recorded_at for e in events if isinstance(e.data, DepositPaid)), None)
        if paid_at is None:  # a newer release has recorded it
            return Turn("")
        due_at = deadline_after(paid_at)
        return Turn(_first_day(paid_at, due_at), due_at)
    promise = open_promise(session, events)
    return Turn(_answer(promise), promise.due_at) if promise else Turn("")


def _answer(promise: Promise) -> str:
    if promise.is_missed:
        return gettext(
            "We act next, and we are late: our answer was due by %(time)s. The reviewers have been"
            " reminded.",
            time=missed(promise.due_at),
        )
    answer = gettext(
        "We act next: a person answers within one working day, by %(time)s.",
        time=deadline(promise.due_at),
    )
    return explained(answer, promise.given_at, promise.due_at)


def _reply(wrote_at: datetime, due_at: datetime) -> str:
    if utc_now() <= due_at:
        reply = gettext("A person will answer your message by %(time)s.", time=deadline(due_at))
        return explained(reply, wrote_at, due_at)
    return gettext(
        "We are late: our answer to your message was due by %(time)s.", time=missed(due_at)
    )


def _first_day(paid_at: datetime, due_at: datetime) -> str:
    """By when we write about the first day; the site doesn't know what is arranged after that."""
    if utc_now() <= due_at:
        turn = gettext(
            "We act next: by %(time)s we write to agree the first day.", time=deadline(due_at)
        )
        return explained(turn, paid_at, due_at)
    return gettext(
        "We were due to write by %(time)s to agree the first day. If nothing has come, write to"
        " us below.",
        time=missed(due_at),
    )
