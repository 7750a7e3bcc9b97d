"""The letter that a verdict sends: shown to the reviewer first, and written by a worker then."""

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
    """The reviewer's verdict with the reviewer's own words, and name. Raises OtherCurrency where no
    price can be shown in the verdict's."""
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
