"""The form: a page for each step, a review, and the one POST that submits.

Each page works without JavaScript. The draft lives on the server; the cookie names it.
"""

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue

from app.applications.drafts import (
    DraftSealed,
    NoAddress,
    find_draft_by_link,
    first_incomplete_step,
    request_resume_link,
    save_step,
    start_draft,
)
from app.applications.forms import StepForm, form_for
from app.applications.models import Draft
from app.applications.pages import (
    DRAFT_COOKIE,
    current_draft,
    find_step,
    remember,
    show_form,
    show_review,
    show_sealed,
)
from app.applications.questions import STEP_KEYS, current_questionnaire
from app.applications.service import AlreadySubmitted, DraftChanged, submit_application
from app.database import db
from app.extensions import csrf, limiter

NEW_DRAFTS = "30 per hour"
RESUME_LINKS = "5 per hour"

applications = Blueprint("applications", __name__, template_folder="templates")


@applications.get("/apply")
def start() -> ResponseReturnValue:
    """Say what it takes, or offer to go on with the draft that this browser knows."""
    questionnaire = current_questionnaire()
    draft = current_draft()
    going_on = draft if draft and draft.version and not draft.submitted_at else None
    return render_template(
        "applications/start.html",
        questionnaire=questionnaire,
        next_step=first_incomplete_step(going_on, questionnaire) if going_on else None,
    )


@applications.post("/apply")
def start_over() -> ResponseReturnValue:
    """Forget this browser's draft and begin a new one."""
    session.pop(DRAFT_COOKIE, None)
    return redirect(url_for(".step", key=STEP_KEYS[0]), 303)


@applications.get("/apply/<key>")
def step(key: str) -> ResponseReturnValue:
    """One step's page, with what is kept of it; the last one shows all that will be sent."""
    draft = current_draft()
    if draft and draft.submitted_at:
        raise DraftSealed(draft.id)
    form = form_for(find_step(key))(formdata=None, data=draft.answers if draft else None)
    return show_form(form, draft)


@applications.post("/apply/<key>")
@csrf.exempt  # the form checks the token itself, so that an expired one keeps what was typed
@limiter.limit(NEW_DRAFTS, exempt_when=lambda: DRAFT_COOKIE in session)
def save(key: str) -> ResponseReturnValue:
    """Keep the step's answers, whatever is wrong with them, and go where the button leads."""
    form = form_for(find_step(key))()
    accepted = form.validate()
    if form.is_expired:
        return show_form(form, current_draft(), 400)
    draft = keep(form, complete=accepted)
    if "mail_link" in request.form:
        return redirect(url_for(".send_link"), 307)  # the same POST, now for the link
    if "go_to" in request.form:
        is_review = key == STEP_KEYS[-1]
        ....
    if not accepted:
        return show_form(form, draft, 422)
    ...
