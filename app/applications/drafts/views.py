"""The form: a page for each step, a review, and the one POST that submits.

Each page works without JavaScript. The draft is kept on the server; a cookie names it.
"""

from functools import partial
from typing import cast

from flask import Blueprint, Response, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from werkzeug.exceptions import TooManyRequests

from app.applications.drafts.browser_draft import (
    DRAFT_COOKIE,
    current_draft,
    current_draft_id,
)
from app.applications.drafts.forms import ReviewForm, StepForm, form_for
from app.applications.drafts.keeping import keep
from app.applications.drafts.kept_draft import KeptDraft
from app.applications.drafts.pace import minutes_by_step
from app.applications.drafts.pages import (
    find_step,
    open_step,
    other_answers,
    posted_form,
    show_form,
    show_review,
    show_sealed,
)
from app.applications.drafts.question_html import question_html
from app.applications.drafts.sent_step import name_of, read_accepted, read_seen_version
from app.applications.drafts.service import DraftSealed, NotThisDraft, StepChanged
from app.applications.drafts.suggestion import forget_suggestion, suggest_kind, suggested_answers
from app.applications.questions.branches import branches_css
from app.applications.questions.questionnaire import STEP_KEYS, current_questionnaire
from app.applications.refusal import AlreadySubmitted, DraftChanged, DraftUnfinished
from app.applications.submission import submit_application
from app.extensions import csrf
from app.firm.brand import current_brand
from app.platform.database import db, plain_connection
from app.platform.languages.choice import present_language
from app.platform.settings import current_config
from app.screening.origins import counted_origin
from app.screening.screen import reasons_to_hold
from app.web.errors import show_error
from app.web.site_form import has_valid_token

REVIEW = STEP_KEYS[-1]
TOO_MANY = lazy_gettext(
    "Many forms were started from your network within an hour. Wait a few minutes, then press"
    " the button again."
)

application_form = Blueprint("application_form", __name__, template_folder="templates")
application_form.add_app_template_global(question_html)


@application_form.get("/apply")
def start() -> ResponseReturnValue:
    """Say what applying takes, and offer to go on with this browser's draft if it has one."""
    suggest_kind(request.args.get("kind"))
    return show_start()


@application_form.post("/apply")
@csrf.exempt  # it checks the token itself, so that an expired one is not a dead end
def begin() -> ResponseReturnValue:
    """Begin with the first page; ask first if this browser has an unsent draft."""
    if not has_valid_token():
        return show_start(is_refused=True), 400
    draft = current_draft()
    if draft and draft.is_under_way:
        return redirect(url_for("starting_over.ask"), 303)
    session.pop(DRAFT_COOKIE, None)
    return redirect(url_for(".step", key=STEP_KEYS[0]), 303)


def show_start(*, is_refused: bool = False) -> str:
    draft, config = current_draft(), current_config()
    return render_template(
        "applications/start.html",
        questionnaire=current_questionnaire(),
        minutes=minutes_by_step(db.session(), current_questionnaire()),
        next_step=open_step(draft) if draft and draft.is_under_way else None,
        kept_days=config.DRAFT_DAYS,
        reminds=config.DRAFT_REMINDER_DAYS > 0,
        is_refused=is_refused,
    )


@application_form.get("/apply/questions.css")
def question_styles() -> ResponseReturnValue:
    """The style sheet that shows a question once the answers lead to it. Its address changes with
    the questions, so it is cached for good."""
    styles = Response(branches_css(current_questionnaire()), mimetype="text/css")
    styles.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return styles


@application_form.get("/apply/<key>")
def step(key: str) -> ResponseReturnValue:
    """One step's page, with its saved answers; the last step shows all that will be sent."""
    chosen = find_step(key)
    draft = current_draft()
    if draft and draft.submitted_at:
        raise DraftSealed(draft.id)
    answers = suggested_answers(chosen, draft) | (draft.answers if draft else {})
    form = form_for(chosen)(formdata=None, data=answers, earlier=answers)
    form.build_on(draft)
    if "look_again" in request.args:
        form.check_kept()
    return show_form(form, draft)


@application_form.post("/apply/<key>")
@csrf.exempt  # the form checks the token itself, so that what was typed survives an expired one
def save(key: str) -> ResponseReturnValue:
    """Save the step's answers, valid or not, and go where the button leads."""
    draft = current_draft()
    return keep_and_go_on(posted_form(key, draft), draft)


@application_form.post("/apply/submit")
@csrf.exempt  # as above
def submit() -> ResponseReturnValue:
    """Send the application. The redirect goes out only after the commit."""
    sent, draft_id = read_accepted(find_step(REVIEW)), current_draft_id()
    if sent is None or draft_id is None:
        return save(REVIEW)
    if not sent.basis.is_for(str(draft_id)):
        raise NotThisDraft
    try:
        with plain_connection() as connection:
            access_token = submit_application(
                connection,
                draft_id,
                sent.answers,
                current_questionnaire(),
                draft_version=read_seen_version(),
                seen_saves=sent.basis.save.known,
                prefix=current_brand().reference_prefix,
                language=present_language(),
                origin=counted_origin(request.remote_addr),
                screen=partial(reasons_to_hold, trap_filled=bool(request.form.get("subject"))),
            ).access_token
    except DraftUnfinished:
        return save(REVIEW)
    except AlreadySubmitted as earlier:
        if not earlier.is_repeat:
            raise DraftSealed(draft_id) from earlier
        access_token = earlier.access_token
    except DraftChanged:
        keep(sent, accepted=True)
        draft = current_draft()  # read again, since this moves it to today's questions
        form = posted_form(REVIEW, draft)
        form.build_on(draft)
        return show_review(cast(ReviewForm, form), draft, 409, moved=True)
    forget_suggestion()
    return redirect(url_for("portal.status", token=access_token), 303)


@application_form.get("/apply/submit")
def review() -> ResponseReturnValue:
    """Redirect whoever opens the address of the POST, for example after a reload."""
    return redirect(url_for(".step", key=REVIEW), 303)


@application_form.errorhandler(TooManyRequests)
def answer_too_many(error: TooManyRequests) -> ResponseReturnValue:
    """Say that nothing was saved; a step's page keeps what was typed."""
    if request.endpoint != f"{application_form.name}.{save.__name__}":
        return show_error(error)
    draft = current_draft()
    form = posted_form((request.view_args or {})["key"], draft)
    return show_form(form, draft, 429, trouble=TOO_MANY)


@application_form.errorhandler(StepChanged)
@application_form.errorhandler(NotThisDraft)
def answer_changed(_: Exception) -> ResponseReturnValue:
    """Another page has saved the step, or the browser now holds another draft: show both versions,
    and save nothing until the prospect chooses one."""
    draft = current_draft()
    form = posted_form((request.view_args or {}).get("key", REVIEW), draft)
    return show_form(form, draft, 409, other=other_answers(draft, form.sent))


@application_form.errorhandler(DraftSealed)
def answer_sealed(_: DraftSealed) -> ResponseReturnValue:
    """The draft has already been sent: say so, and show what was typed since."""
    draft = current_draft()
    form = posted_form((request.view_args or {}).get("key", REVIEW), draft)
    return show_sealed(draft, form)


def keep_and_go_on(form: StepForm, draft: KeptDraft | None) -> ResponseReturnValue:
    """Save the answers, then go where the pressed button leads, or to the next step."""
    accepted = form.validate()
    if form.is_expired and not form.sent.basis.is_for(name_of(draft)):
        raise NotThisDraft
    if form.is_expired:
        return show_form(form, draft, 400)
    keep(form.sent, accepted=accepted)
    if elsewhere := redirect_elsewhere(form, accepted=accepted):
        return elsewhere
    if not accepted:
        draft = current_draft()
        form.build_on(draft)
        return show_form(form, draft, 422)
    following = STEP_KEYS[STEP_KEYS.index(form.step.key) + 1 :]
    key = REVIEW if "back_to_review" in request.form or not following else following[0]
    return redirect(url_for(".step", key=key), 303)


def redirect_elsewhere(form: StepForm, *, accepted: bool) -> ResponseReturnValue | None:
    """Where a button leads that does not continue the form; the answers need not be valid for it.
    None for the other buttons."""
    if "mail_link" in request.form:
        if form.step.key == STEP_KEYS[0] and not accepted:
            return None  # the page shows what is wrong with the address
        back = request.args.get("back_to_review")
        address = url_for("resume_link.send", pressed_on=form.step.key, back_to_review=back)
        return redirect(address, 307)  # the same POST, now for the link
    if "overwrites" in request.form:
        flash(gettext("What was in the fields is kept."))
        return redirect(url_for(".step", key=form.step.key), 303)
    if "attach" in request.form:
        return redirect(url_for("attachments.index"), 303)
    if "go_to" in request.form:
        chosen = find_step(request.form["go_to"])
        back = "yes" if form.step.key == REVIEW else None
        return redirect(url_for(".step", key=chosen.key, back_to_review=back), 303)
    return None
