"""What the views of the prospect's page share: the page itself, and the part of it that changes."""

from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any, NamedTuple

from flask import Response, render_template, request
from flask_babel import gettext
from sqlalchemy.orm import Session

from app.accounts.queries import staff_names
from app.applications.events import ApplicationAccepted, OfferChanged
from app.applications.models import Application
from app.applications.queries import terms_in
from app.applications.questions.readable import readable_answers
from app.applications.questions.versions import questionnaire_of
from app.attachments.queries import attachments_of
from app.engagements.events import EngagementAccepted
from app.engagements.models import Engagement
from app.engagements.pricing import Quote, proposal_at
from app.engagements.queries import (
    engagement_of,
    events_about,
    quote_as_read,
    terms_in_short,
)
from app.events.integrity.links import links_of
from app.events.types import RecordedEvent, stream_of
from app.firm.brand import current_brand
from app.firm.offers import current_offers
from app.messages.forms import MessageForm
from app.messages.queries import Thread, thread_of
from app.notifications.queries import terms_before
from app.payments.queries import DepositPanel, came_back_from_stripe, deposit_panel
from app.platform.database import db, utc_now
from app.portal.forms import AgreementForm, ReplyForm
from app.portal.standing import PREPARED, Standing, standing_of, unless_late
from app.portal.timeline import Entry, latest_words, timeline_of
from app.portal.turn import Turn, turn_of
from app.scoring.rubric import current_rubric
from app.scoring.score import why_not_preferred


def keep_private(response: Response) -> Response:
    """Forbid every cache, the browser's included, to keep what a prospect wrote. A page that is
    open while they are erased, and asks what is new, is replaced by one that says so."""
    response.headers["Cache-Control"] = "private, no-store"
    if response.status_code == HTTPStatus.GONE:
        response.headers["HX-Refresh"] = "true"
    return response


class Progress(NamedTuple):
    """What the changing part of the page shows. ``events`` are those of the application and its
    engagement, oldest first; ``entries`` are what the prospect is told about them. ``asks_again``
    means that the page polls, because more follows within seconds."""

    application: Application
    engagement: Engagement | None
    deposit: DepositPanel | None
    events: Sequence[RecordedEvent]
    entries: Sequence[Entry]
    thread: Thread
    standing: Standing
    turn: Turn
    asks_again: bool


class ChangeOfTerms(NamedTuple):
    """When the offer was changed, in UTC, and what it was before, in short."""

    at: datetime
    before: str


def progress_of(application: Application) -> Progress:
    """How far the application has come, as of now."""
    session = db.session()
    engagement = engagement_of(session, application.id)
    events = events_about(session, application, engagement)
    deposit = deposit_panel(session, engagement) if engagement else None
    is_paying = deposit is not None and deposit.awaits_stripe(request.args)
    is_paid = deposit is not None and deposit.is_paid
    standing = standing_of(
        application,
        engagement,
        is_paying=is_paying,
        is_paid=is_paid,
        is_refunded=deposit is not None and deposit.is_refunded,
    )
    standing = unless_late(standing, application)
    reviewers = staff_names(session)
    names = {"prospect": gettext("You"), **reviewers}
    thread = thread_of(session, events, names, firm=current_brand().name)
    return Progress(
        application=application,
        engagement=engagement,
        deposit=deposit,
        events=events,
        entries=timeline_of(events, reviewers),
        thread=thread,
        standing=standing,
        turn=turn_of(session, events, standing, thread),
        asks_again=(is_paying and came_back_from_stripe(request.args)) or not standing.is_settled,
    )


def show_page(
    application: Application,
    *,
    reply_form: ReplyForm | None = None,
    message_form: MessageForm | None = None,
    agreement_form: AgreementForm | None = None,
) -> str:
    session = db.session()
    progress = progress_of(application)
    # A message that was being typed when the question came stays a message.
    is_asked = application.status == "more_requested" and message_form is None
    reply_form = reply_form or ReplyForm(formdata=None)
    # An answer that came too late can be sent as a message.
    message_form = message_form or MessageForm(
        formdata=None, data={"text": reply_form.message.data}
    )
    quote = quote_offered(progress.engagement)
    return render_template(
        "portal/status.html",
        **progress._asdict(),
        **offer_shown(quote, progress.events),
        why_not_preferred=why_not_preferred(quote.kind, application.answers, current_rubric())
        if quote
        else None,
        change=last_change_of_terms(session, application, progress.events),
        is_asked=is_asked,
        reply_form=reply_form,
        message_form=message_form,
        # A page that waits for the proposal reloads itself, which would empty the field.
        can_write=progress.standing is not PREPARED or message_form.text.data,
        agreement_form=agreement_form or AgreementForm(formdata=None),
        shows_others=shows_other_terms(agreement_form, progress.engagement),
        answers=readable_answers(
            application.answers, questionnaire_of(session, application.questions_version)
        ),
        files=attachments_of(session, application.draft_id),
    )


def show_agreement(application: Application, engagement: Engagement) -> str:
    """The sheet of a binding engagement, with the event that recorded the agreement."""
    session = db.session()
    links = links_of(session, stream_of("engagement", engagement.id))
    return render_template(
        "portal/agreement.html",
        application=application,
        engagement=engagement,
        **offer_shown(quote_as_read(engagement), events_about(session, application, None)),
        deposit=deposit_panel(session, engagement),
        acceptance=next(link for link in links if link.type == EngagementAccepted.type),
        now=utc_now(),
    )


def offer_shown(quote: Quote | None, events: Sequence[RecordedEvent]) -> dict[str, Any]:
    """What portal/_terms.html shows: the price, the offer at it, and the reviewer's note."""
    if quote is None:
        return {"quote": None, "offer": None, "words": None}
    return {
        "quote": quote,
        "offer": proposal_at(quote, current_offers()),
        "words": latest_words(events, ApplicationAccepted, OfferChanged),
    }


def quote_offered(engagement: Engagement | None) -> Quote | None:
    """The price that the prospect was offered, agreed to or not, in the request's language; None
    before the offer, and if the engagement is closed."""
    if engagement is None or engagement.status not in {"offered", "accepted", "active"}:
        return None
    return quote_as_read(engagement)


def shows_other_terms(form: AgreementForm | None, engagement: Engagement | None) -> bool:
    """Whether the page that the form was sent from showed other terms than are on offer now, or
    does not say which."""
    if form is None or engagement is None or engagement.status != "offered":
        return False
    return form.version.seen != engagement.version


def last_change_of_terms(
    session: Session, application: Application, events: Sequence[RecordedEvent]
) -> ChangeOfTerms | None:
    """The last change of the offer's terms, as the mail tells it; None if they never changed."""
    terms = terms_in(events)
    if len(terms) < 2:
        return None
    before = terms_before(session, application.id, events, terms[-1].data)
    return ChangeOfTerms(at=terms[-1].recorded_at, before=terms_in_short(before))
