"""What other domains may ask about engagements."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import cast

import msgspec
from sqlalchemy import String, func, select, tuple_
from sqlalchemy.orm import Session

from app.applications.models import Application
from app.applications.queries import Terms, terms_in
from app.engagements.events import EngagementOffered
from app.engagements.models import BINDING, Engagement
from app.engagements.pricing import Quote, proposal_at, quote_as_shown
from app.engagements.rate_card import current_rate_card
from app.events.models import StoredEvent
from app.events.store import read_stream_leniently
from app.events.types import RecordedEvent, stream_of
from app.firm.offers import Kind, current_offers
from app.platform.languages.prose import in_present_language
from app.web.rendering import price

PAGE_SIZE = 50

# When the offer went out, as its event says.
OFFERED_AT = (
    select(func.max(StoredEvent.recorded_at))
    .where(
        StoredEvent.stream == "engagement-" + Engagement.id.cast(String),
        StoredEvent.type == EngagementOffered.type,
    )
    .correlate(Engagement)
    .scalar_subquery()
)
# A list of one status is ordered by when each engagement got that status.
BECAME = {
    "offered": OFFERED_AT,
    "accepted": Engagement.accepted_at,
    "active": Engagement.accepted_at,
}


class EngagementPage(msgspec.Struct, frozen=True):
    """Up to PAGE_SIZE engagements with their applications and the time of their offer, newest
    first. ``older_than`` is the id to ask for the next page with; None if there is none."""

    rows: Sequence[tuple[Engagement, Application, datetime | None]]
    older_than: uuid.UUID | None


def get_engagement(session: Session, engagement_id: uuid.UUID) -> Engagement:
    """The engagement. Raises sqlalchemy.exc.NoResultFound for an unknown id."""
    return session.get_one(Engagement, engagement_id)


def engagement_of(session: Session, application_id: uuid.UUID) -> Engagement | None:
    """The application's engagement, or None before it is proposed."""
    return session.scalar(select(Engagement).where(Engagement.application_id == application_id))


def quote_as_read(engagement: Engagement) -> Quote:
    """The engagement's price in the request's language. Once it is offered, it keeps the wording of
    that time, whatever changes in the firm's catalog."""
    quote = engagement.priced
    return in_present_language(quote, quote.translations)


def engagement_name(engagement: Engagement) -> str:
    """The engagement's name: as it was offered, or else what the offers now call its kind."""
    return proposal_at(quote_as_read(engagement), current_offers()).name


def quote_shown(session: Session, application: Application, kind: Kind, currency: str) -> Quote:
    """The price of that kind that the application's reviewer is shown. Raises OtherCurrency."""
    engagement = engagement_of(session, application.id)
    proposed = engagement.priced if engagement else None
    return quote_as_shown(proposed, kind, currency, application.answers, current_rate_card())


def is_bound(session: Session, application_id: uuid.UUID) -> bool:
    """Whether the prospect has agreed to an engagement, according to the database now."""
    contract = select(Engagement.id).where(
        Engagement.application_id == application_id, Engagement.status.in_(BINDING)
    )
    return session.scalar(contract) is not None


def terms_on_offer(session: Session, application: Application) -> Terms | None:
    """What the reviewer has offered last, or is about to: the client has not agreed, and it was not
    taken back. None if there is no such offer."""
    is_ended = application.status != "accepted" or application.erased_at is not None
    if is_ended or is_bound(session, application.id):
        return None
    events = read_stream_leniently(session, stream_of("application", application.id))
    return next((recorded.data for recorded in reversed(terms_in(events))), None)


def terms_in_short(terms: Terms) -> str:
    """The kind and the price, as the offers and the rate card now call and bill it: "Sprint,
    $12,500"."""
    kind = cast(Kind, terms.kind)
    is_monthly = current_rate_card().price_of(kind).is_monthly
    told = price(terms.total_cents, terms.currency, is_monthly=is_monthly)
    return f"{current_offers().offer(kind).name}, {told}"


def streams_about(application: Application, engagement: Engagement | None) -> list[str]:
    """The application's stream, and its engagement's if there is one."""
    streams = [stream_of("application", application.id)]
    return [*streams, stream_of("engagement", engagement.id)] if engagement else streams


def events_about(
    session: Session, application: Application, engagement: Engagement | None
) -> list[RecordedEvent]:
    """Every event of the application and its engagement, oldest first, for display: an event that
    can't be read is included as unreadable."""
    events = [
        recorded
        for stream in streams_about(application, engagement)
        for recorded in read_stream_leniently(session, stream)
    ]
    return sorted(events, key=lambda recorded: recorded.position)


def engagement_page(
    session: Session, status: str | None, older_than: uuid.UUID | None
) -> EngagementPage:
    """The newest engagements, or those that come after ``older_than``; of one status, or all but
    the closed ones. An unknown ``older_than`` starts at the newest. Lists of offered or agreed ones
    are ordered by the time of the offer or the agreement, all others by the time of the
    proposal."""
    proposed_at = Engagement.created_at
    since = func.coalesce(BECAME[status], proposed_at) if status in BECAME else proposed_at
    newest_first = since, Engagement.id
    statement = (
        select(Engagement, Application, OFFERED_AT)
        .join(Application, Application.id == Engagement.application_id)
        .where(Engagement.status == status if status else Engagement.status != "closed")
        .order_by(*(column.desc() for column in newest_first))
        .limit(PAGE_SIZE + 1)
    )
    place = select(*newest_first).where(Engagement.id == older_than)
    if last := older_than and session.execute(place).one_or_none():
        statement = statement.where(tuple_(*newest_first) < tuple(last))
    rows = [(row[0], row[1], row[2]) for row in session.execute(statement)]
    shown = rows[:PAGE_SIZE]
    return EngagementPage(shown, older_than=shown[-1][0].id if len(rows) > PAGE_SIZE else None)
