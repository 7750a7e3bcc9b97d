"""Who acts next and by when, in one sentence for each standing."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.applications.models import Application
from app.applications.promise import deadline_after, open_promise
from app.database import utc_now
from app.engagements.events import EngagementActivated
from app.engagements.models import Engagement
from app.events.store import read_stream
from app.events.types import stream_of
from app.portal.standing import (
    ACTIVE,
    AGREED,
    CLOSED,
    DECLINED,
    NOTHING_DUE,
    OFFERED,
    PREPARED,
    QUESTION,
    RECEIVED,
    WITH_REVIEWER,
    WITHDRAWN,
    Standing,
)
from app.rendering import datetime_utc

WITHOUT_A_DATE = {
    QUESTION: "You act next, whenever it suits you: there is no date for it.",
    DECLINED: "Nobody has to act: this application is closed.",
    WITHDRAWN: "Nobody has to act: this application is closed.",
    CLOSED: "Nobody has to act: this application is closed.",
    PREPARED: "We act next: the proposal stands here within seconds.",
    OFFERED: "You act next, whenever it suits you: our proposal has no date on which it ends.",
    AGREED: "You act next: the deposit is due now, and the work begins once it has arrived.",
}

# Here the prospect owes us something, whatever we owe them; here we owe the greater answer.
THEIRS = (QUESTION, AGREED)
OURS_ANYWAY = (RECEIVED, WITH_REVIEWER)


def turn_of(
    session: Session,
    application: Application,
    engagement: Engagement | None,
    standing: Standing,
    reply_due_at: datetime | None,
) -> str:
    """Who acts next, and by when if there is a date; all dates count by the firm's calendar.
    ``reply_due_at`` is by when a message of theirs was promised a reply that it waits for."""
    if reply_due_at is None or standing in OURS_ANYWAY:
        return _turn_by_standing(session, application, engagement, standing)
    reply = _reply(reply_due_at)
    return f"{WITHOUT_A_DATE[standing]} {reply}" if standing in THEIRS else f"We act next. {reply}"


def _turn_by_standing(
    session: Session, application: Application, engagement: Engagement | None, standing: Standing
) -> str:
    if standing in WITHOUT_A_DATE:
        return WITHOUT_A_DATE[standing]
    if engagement and standing in {NOTHING_DUE, ACTIVE}:
        return _first_day(deadline_after(_bound_since(session, engagement)))
    promise = open_promise(session, application)
    if promise is None:
        return ""
    if promise.is_missed:
        return (
            f"We act next, and we are late: our answer was due by {datetime_utc(promise.due_at)}."
            " The reviewers have been reminded."
        )
    due = datetime_utc(promise.due_at)
    return f"We act next: a person answers within one working day, by {due}."


def _reply(due_at: datetime) -> str:
    due = datetime_utc(due_at)
    if utc_now() <= due_at:
        return f"A person answers what you wrote by {due}."
    return f"We are late: what you wrote was to be answered by {due}."


def _first_day(due_at: datetime) -> str:
    """What is settled after that is not known to the site."""
    if utc_now() <= due_at:
        return f"We act next: by {datetime_utc(due_at)} we write to settle the first day."
    return (
        f"We were to write by {datetime_utc(due_at)} to settle the first day. If nothing came,"
        " write to us below."
    )


def _bound_since(session: Session, engagement: Engagement) -> datetime:
    """When the deposit had arrived, or where none is due, when the client agreed."""
    events = read_stream(session, stream_of("engagement", engagement.id))
    activated = [e.recorded_at for e in events if isinstance(e.data, EngagementActivated)]
    return activated[0] if activated else engagement.accepted_at or engagement.created_at
