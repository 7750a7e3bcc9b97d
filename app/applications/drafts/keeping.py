"""Keeping what a form holds, in the draft of this browser."""

from functools import partial

from app.applications.drafts.browser_draft import remember
from app.applications.drafts.forms import StepForm, name_of
from app.applications.drafts.kept_draft import KeptDraft
from app.applications.drafts.service import NotThisDraft, read_again, save_step, start_draft
from app.applications.drafts.suggestion import use_up_suggestion
from app.applications.questions.questionnaire import current_questionnaire, original_questionnaire
from app.database import autocommit, db
from app.extensions import limiter
from app.languages.choice import present_language

NEW_DRAFTS = "30 per hour"


def keep(form: StepForm, draft: KeptDraft | None, *, accepted: bool) -> KeptDraft:
    """Store the form's answers in this browser's draft, a new one if it has none.

    Raises NotThisDraft, StepChanged, DraftSealed, and TooManyRequests for too many new drafts from
    one address.
    """
    if not form.is_for(name_of(draft)):
        raise NotThisDraft
    save = partial(
        save_step,
        step=form.step,
        answers=form.answers(),
        questionnaire=current_questionnaire(),
        save=form.save,
        complete=accepted,
        language=present_language(),
    )
    if draft:
        with autocommit() as connection:
            saved = save(connection, draft)
    else:
        saved = save(db.session(), start_one_more())
        db.session.commit()
    remember(saved)
    form.build_on(saved)
    use_up_suggestion(form.step)
    return saved


@limiter.limit(NEW_DRAFTS)
def start_one_more() -> KeptDraft:
    begun = start_draft(db.session(), original_questionnaire())
    return read_again(db.session(), begun.id)
