"""The form: a page for each step, a review, and the one POST that submits.

Each page works without JavaScript. The draft lives on the server; the cookie names it.
"""

from flask import (
    Blueprint,
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
from flask_wtf import FlaskForm

from app.applications.drafts import (
    DraftSealed,
    NoAddress,
    find_draft,
    find_draft_by_link,
    first_incomplete_step,
    request_resume_link,
    save_step,
    start_draft,
)
from app.applications.forms import CSRF_EXPIRED, StepForm, form_for, review_form_for
from app.applications.models import Draft
from app.applications.queries import readable_answers
from app.applications.questions import Questionnaire, Step, current_questionnaire
from app.applications.service import AlreadySubmitted, DraftChanged, submit_application
from app.database import db
from app.extensions import csrf, limiter

DRAFT_COOKIE = "draft"
NEW_DRAFTS = "30 per hour"
RESUME_LINKS = "5 per hour"

applications = Blueprint("applications", __name__, template_folder="templates")


@applications.get("/apply")
def start() -> ResponseReturnValue:
    """Say what it takes, or offer to go on with the draft that this browser knows."""
    questionnaire = current_questionnaire()
    draft = current_draft()
    going_on = draft and not draft.submitted_at and draft.version
    return render_template(
        "applications/start.html",
        questionnaire=questionnaire,
        next_step=first_incomplete_step(draft, questionnaire) if going_on and draft else None,
    )


@applications.post("/apply")
def start_over() -> ResponseReturnValue:
    """Forget this browser's draft and begin a new one."""
    session.pop(DRAFT_COOKIE, None)
    return redirect(url_for(".step", key=current_questionnaire().steps[0].key), 303)


@applications.get("/apply/<key>")
def step(key: str) -> ResponseReturnValue:
    questionnaire, step = find_step(key)
    if step is questionnaire.steps[-1]:
        return show_review(questionnaire, current_draft())
    draft = current_draft()
    if draft and draft.submitted_at:
        return render_template("applications/sealed.html"), 409
    form = form_for(step)(formdata=None, data=draft.answers if draft else None)
    return show_step(questionnaire, step, form, draft)


@applications.post("/apply/<key>")
@csrf.exempt  # the form checks the token itself, so that an expired one keeps what was typed
@limiter.limit(NEW_DRAFTS, exempt_when=lambda: DRAFT_COOKIE in session)
def save(key: str) -> ResponseReturnValue:
    """Keep the step's answers, whatever is wrong with them, and go on when nothing is."""
    questionnaire, step = find_step(key)
    if step is questionnaire.steps[-1]:
        abort(405)
    form = form_for(step)()
    accepted = form.validate()
    if "csrf_token" in form.errors:
        return show_step(questionnaire, step, form, current_draft(), expired=True), 400
    draft = current_draft() or start_draft(db.session(), questionnaire)
    try:
        draft = save_step(db.session(), draft.id, step, form.answers(), complete=accepted)
    except DraftSealed:
        return render_template("applications/sealed.html"), 409
    db.session.commit()
    remember(draft)
    if not accepted:
        return show_step(questionnaire, step, form, draft), 422
    if "back_to_review" in request.form:
        return redirect(url_for(".step", key=questionnaire.steps[-1].key), 303)
    following = questionnaire.steps[questionnaire.steps.index(step) + 1]
    return redirect(url_for(".step", key=following.key), 303)


@applications.post("/apply/submit")
@csrf.exempt  # as above
def submit() -> ResponseReturnValue:
    """Send the application. The redirect goes out only after the commit."""
    questionnaire = current_questionnaire()
    review = questionnaire.steps[-1]
    draft = current_draft()
    if draft is None:
        return redirect(url_for(".start"), 303)
    form = review_form_for(review)()
    if not form.validate():
        return show_review(questionnaire, draft, form), 400 if "csrf_token" in form.errors else 422
    incomplete = first_incomplete_step(draft, questionnaire)
    if incomplete is not review and not draft.submitted_at:
        flash(f"One step is not finished yet: {incomplete.title}.")
        return redirect(url_for(".step", key=incomplete.key), 303)
    try:
        application = submit_application(
            db.session(),
            draft,
            {**_without(draft.answers, review), **form.answers()},
            draft_version=_as_int(form.draft_version.data),
            prefix=current_app.extensions["brand"].reference_prefix,
        )
        db.session.commit()
    except AlreadySubmitted as earlier:
        db.session.rollback()
        if not earlier.same:
            return render_template("applications/sealed.html", typed=form), 409
        application = earlier.application
    except DraftChanged:
        db.session.rollback()
        return show_review(
            questionnaire, find_draft(db.session(), str(draft.id)), form, moved=True
        ), 409
    return redirect(url_for("portal.status", token=application.access_token), 303)


@applications.post("/apply/link")
@limiter.limit(RESUME_LINKS)
def send_link() -> ResponseReturnValue:
    """Mail the link back into the draft."""
    draft = current_draft()
    try:
        if draft is None or draft.submitted_at:
            raise NoAddress
        email = request_resume_link(db.session(), draft)
        db.session.commit()
        flash(f"A link back to this form is on its way to {email}.")
    except NoAddress:
        flash("Finish the first step, with your address, and a link can be sent to it.")
    going_on = first_incomplete_step(draft, current_questionnaire()) if draft else None
    return redirect(url_for(".step", key=going_on.key) if going_on else url_for(".start"), 303)


@applications.get("/apply/resume/<token>")
def resume(token: str) -> ResponseReturnValue:
    """Go on with a draft from the mail; the link wins over what this browser holds."""
    draft = find_draft_by_link(db.session(), token)
    if draft is None:
        abort(404)
    remember(draft)
    if draft.submitted_at:
        return render_template("applications/sealed.html"), 409
    going_on = first_incomplete_step(draft, current_questionnaire())
    return redirect(url_for(".step", key=going_on.key), 303)


def current_draft() -> Draft | None:
    """The draft that the browser's cookie names, if there still is one."""
    return find_draft(db.session(), session.get(DRAFT_COOKIE))


def remember(draft: Draft) -> None:
    session.permanent = True
    session[DRAFT_COOKIE] = str(draft.id)


def find_step(key: str) -> tuple[Questionnaire, Step]:
    questionnaire = current_questionnaire()
    try:
        return questionnaire, questionnaire.step(key)
    except KeyError:
        abort(404)


def show_step(
    questionnaire: Questionnaire,
    step: Step,
    form: StepForm,
    draft: Draft | None,
    *,
    expired: bool = False,
) -> str:
    return render_template(
        "applications/step.html",
        questionnaire=questionnaire,
        step=step,
        form=form,
        draft=draft,
        expired=CSRF_EXPIRED if expired else None,
    )


def show_review(
    questionnaire: Questionnaire,
    draft: Draft | None,
    form: FlaskForm | None = None,
    *,
    moved: bool = False,
) -> ResponseReturnValue:
    if draft is None:
        return redirect(url_for(".start"), 303)
    if draft.submitted_at:
        return render_template("applications/sealed.html"), 409
    review = questionnaire.steps[-1]
    incomplete = first_incomplete_step(draft, questionnaire)
    if incomplete is not review:
        flash(f"One step is not finished yet: {incomplete.title}.")
        return redirect(url_for(".step", key=incomplete.key), 303)
    form = form or review_form_for(review)(formdata=None, data=draft.answers)
    form.draft_version.data = str(draft.version)
    return render_template(
        "applications/review.html",
        questionnaire=questionnaire,
        step=review,
        form=form,
        summary=readable_answers(draft.answers, questionnaire)[:-1],
        moved=moved,
        expired=CSRF_EXPIRED if "csrf_token" in form.errors else None,
    )


def _without(answers: dict[str, object], step: Step) -> dict[str, object]:
    keys = {question.key for question in step.questions}
    return {key: value for key, value in answers.items() if key not in keys}


def _as_int(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else -1
