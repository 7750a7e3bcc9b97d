"""Saving a step's answers in this browser's draft."""

from functools import partial

from app.applications.drafts.browser_draft import remember
from app.applications.drafts.kept_draft import KeptDraft
from app.applications.drafts.sent_step import SentStep, name_of
from app.applications.drafts.service import NotThisDraft, read_again, save_step, start_draft
from app.applications.drafts.suggestion import use_up_suggestion
from app.applications.questions.questionnaire import current_questionnaire, original_questionnaire
from app.database import db, plain_connection
from app.database.connection import SiteConnection, driver_connection
from app.extensions import limiter
from app.languages.choice import present_language

NEW_DRAFTS = "30 per hour"


def keep(sent: SentStep, draft: KeptDraft | None, *, accepted: bool = True) -> KeptDraft:
    """Save the step's answers in this browser's draft, or in a new one if it has none. ``accepted``
    is False if a form found errors in them.

    Raises NotThisDraft, StepChanged, DraftSealed, and TooManyRequests if too many drafts were
    started from one address.
    """
    if not sent.basis.is_for(name_of(draft)):
        raise NotThisDraft
    save = partial(
        save_step,
        step=sent.step,
        answers=sent.answers,
        questionnaire=current_questionnaire(),
        save=sent.basis.save,
        accepted=accepted,
        language=present_language(),
    )
    if draft:
        with plain_connection() as connection:
            saved = save(connection, draft)
    else:
        connection = driver_connection(db.session())
        saved = save(connection, start_draft_within_limit(connection))
        db.session.commit()
    remember(saved.id)
    use_up_suggestion(sent.step)
    return saved


@limiter.limit(NEW_DRAFTS)
def start_draft_within_limit(connection: SiteConnection) -> KeptDraft:
    begun = start_draft(db.session(), original_questionnaire())
    return read_again(connection, begun.id)
