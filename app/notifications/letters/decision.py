"""The letter for a verdict: previewed by the reviewer, and later written by a worker."""

from typing import cast

import msgspec
from sqlalchemy.orm import Session

from app.applications.events import (
    ApplicationAccepted,
    MoreRequested,
    OfferTakenBack,
)
from app.applications.models import Application
from app.applications.queries import Terms
from app.applications.service import OfferVerdict, Verdict
from app.engagements.queries import quote_shown
from app.events.store import read_stream_leniently
from app.events.types import stream_of
from app.firm.offers import Kind
from app.notifications.letters import to_client, to_prospect
from app.notifications.letters.letter import Letter
from app.notifications.queries import terms_before


def decision_letter(
    session: Session, application: Application, verdict: Verdict | OfferVerdict, *, by: str
) -> Letter:
    """The letter with the verdict, in the reviewer's own words and signed with their name. Raises
    OtherCurrency if there is no price in the verdict's currency."""
    letter = _unsigned(session, application, verdict)
    return msgspec.structs.replace(letter, signed_by=by)


def _unsigned(
    session: Session, application: Application, verdict: Verdict | OfferVerdict
) -> Letter:
    if isinstance(verdict, Terms):
        kind = cast(Kind, verdict.kind)
        quote = quote_shown(session, application, kind, verdict.currency)
        if isinstance(verdict, ApplicationAccepted):
            return to_client.accepted(application, verdict, quote)
        before = _terms_before(session, application, verdict)
        return to_client.offer_changed(application, verdict, quote, before)
    if isinstance(verdict, OfferTakenBack):
        before = _terms_before(session, application, verdict)
        return to_client.offer_taken_back(application, verdict, before)
    if isinstance(verdict, MoreRequested):
        return to_prospect.more_requested(application, verdict)
    return to_prospect.declined(application, verdict)


def _terms_before(session: Session, application: Application, verdict: OfferVerdict) -> Terms:
    events = read_stream_leniently(session, stream_of("application", application.id))
    return terms_before(session, application.id, events, verdict)
