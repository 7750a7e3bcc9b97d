"""The letter for a verdict: previewed by the reviewer, and later written by a worker."""

from typing import cast

import msgspec
from sqlalchemy.orm import Session

from app.applications.events import ApplicationAccepted, MoreRequested
from app.applications.models import Application
from app.applications.service import Verdict
from app.engagements.queries import quote_shown
from app.firm.offers import Kind
from app.notifications.letters import to_client, to_prospect
from app.notifications.letters.letter import Letter


def decision_letter(
    session: Session, application: Application, verdict: Verdict, *, by: str
) -> Letter:
    """The letter with the verdict, in the reviewer's own words and signed with their name. Raises
    OtherCurrency if there is no price in the verdict's currency."""
    letter = _unsigned(session, application, verdict)
    return msgspec.structs.replace(letter, signed_by=by)


def _unsigned(session: Session, application: Application, verdict: Verdict) -> Letter:
    if isinstance(verdict, ApplicationAccepted):
        kind = cast(Kind, verdict.kind)
        quote = quote_shown(session, application, kind, verdict.currency)
        return to_client.accepted(application, verdict, quote)
    if isinstance(verdict, MoreRequested):
        return to_prospect.more_requested(application, verdict)
    return to_prospect.declined(application, verdict)
