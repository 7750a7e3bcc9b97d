"""Keeping what a form holds, in the draft of this browser."""

from app.applications.drafts.browser_draft import current_draft, remember
from app.applications.drafts.forms import StepForm, name_of
from app.applications.drafts.service import NotThisDraft, save_step, start_draft
from app.applications.drafts.suggestion import use_up_suggestion
from app.applications.models import Draft
from app.applications.questions.questionnaire import current_questionnaire, original_questionnaire
from app.database import db
from app.extensions import limiter
from app.languages.choice import present_language

NEW_DRAFTS = "30 per hour"


def keep(form: StepForm, *, accepted: bool) -> Draft:
    """Store the form's answers in this browser's draft, a new one if it has none.

    Raises NotThisDraft, StepChanged, DraftSealed, and TooManyRequests for too many new drafts from
    one address.
    """
    draft = current_draft()
    if not form.is_for(name_of(draft)):
        raise NotThisDraft
    draft = draft or start_one_more()
    draft = save_step(
        db.session(),
        draft.id,
        form.step,
        form.answers(),
        current_questionnaire(),
        form.save,
        complete=accepted,
    )
    draft.language = present_language()
    # After the commit it would be read anew for these.
    remember(draft)
    form.build_on(draft)
    db.session.commit()
    use_up_suggestion(form.step)
    return draft


@limiter.limit(NEW_DRAFTS)
def start_one_more() -> Draft:
    return start_draft(db.session(), original_questionnaire())
