"""Saving a step's answers in this browser's draft."""

import uuid
from functools import partial
from typing import NamedTuple

from app.applications.drafts.browser_draft import current_draft, current_draft_id, remember
from app.applications.drafts.sent_step import NO_DRAFT, SentStep
from app.applications.drafts.service import NotThisDraft, save_step, start_draft
from app.applications.drafts.suggestion import use_up_suggestion
from app.applications.models import Draft
from app.applications.questions.questionnaire import original_questionnaire
from app.extensions import limiter
from app.platform.database import db, plain_connection
from app.platform.database.connection import driver_connection
from app.platform.languages.choice import present_language

NEW_DRAFTS = "30 per hour"


class Kept(NamedTuple):
    """The draft that a step's answers are in, and the id of the step's last save."""

    draft_id: uuid.UUID
    last_save: str


def keep(sent: SentStep, *, accepted: bool) -> Kept:
    """Save the step's answers in this browser's draft, or in a new one if it has none. ``accepted``
    is False if something is wrong with them.

    Raises NotThisDraft, StepChanged, DraftSealed, and TooManyRequests if too many drafts were
    started from one address.
    """
    try:
        kept = _keep_in(current_draft_id(), sent, accepted=accepted)
    except NotThisDraft:
        if current_draft():
            raise
        # The browser's cookie names one that is gone, which the page need not know of.
        kept = _keep_in(None, sent, accepted=accepted)
    remember(kept.draft_id)
    use_up_suggestion(sent.step)
    return kept


def _keep_in(draft_id: uuid.UUID | None, sent: SentStep, *, accepted: bool) -> Kept:
    if not sent.basis.is_for(str(draft_id or NO_DRAFT)):
        raise NotThisDraft
    save = partial(
        save_step,
        step=sent.step,
        answers=sent.answers,
        save=sent.basis.save,
        accepted=accepted,
        language=present_language(),
    )
    if draft_id:
        with plain_connection() as connection:
            return Kept(draft_id, save(connection, draft_id))
    begun = start_draft_within_limit()
    kept = Kept(begun.id, save(driver_connection(db.session()), begun.id))
    db.session.commit()
    return kept


@limiter.limit(NEW_DRAFTS)
def start_draft_within_limit() -> Draft:
    return start_draft(db.session(), original_questionnaire())
