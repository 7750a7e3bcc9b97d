"""What the form's views show: a step, the review of all steps, and the end for a sent draft."""

import uuid

from flask import abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from app.applications.drafts import first_incomplete_step
from app.applications.forms import CSRF_EXPIRED, ReviewForm, StepForm
from app.applications.models import Draft
from app.applications.queries import readable_answers, readable_step
from app.applications.questions import Step, current_questionnaire
from app.database import db

DRAFT_COOKIE = "draft"


def current_draft() -> Draft | None:
    """The draft that the browser's cookie names, if there still is one."""
    draft_id = current_draft_id()
    return db.session.get(Draft, draft_id) if draft_id else None


def current_draft_id() -> uuid.UUID | None:
    """The id in the browser's cookie; the draft may be gone by now."""
    try:
        return uuid.UUID(session[DRAFT_COOKIE])
    except (KeyError, ValueError):
        return None


def remember(draft: Draft) -> None:
    """Have the browser name this draft from now on."""
    session.permanent = True
    session[DRAFT_COOKIE] = str(draft.id)


def find_step(key: str) -> Step:
    """The step that an address or a button names; 404 for another."""
    try:
        return current_questionnaire().step(key)
    except KeyError:
        abort(404)


def open_step(draft: Draft) -> Step:
    """Where to go on with the draft."""
    return first_incomplete_step(draft, current_questionnaire())


def show_form(
    form: StepForm, draft: Draft | None, status: int = 200, *, trouble: str = ""
) -> ResponseReturnValue:
    """The form's own page, with what was typed and what is wrong with it; ``trouble`` is a sentence
    on why nothing could be stored."""
    if isinstance(form, ReviewForm):
        return show_review(form, draft, status, trouble=trouble)
    steps = current_questionnaire().steps
    index = steps.index(form.step)
    page = render_template(
        "applications/step.html",
        step=form.step,
        form=form,
        number=index + 1,
        of=len(steps),
        minutes_left=sum(step.minutes for step in steps[index:]),
        previous=steps[index - 1] if index else None,
        draft=draft,
        back_to_review="back_to_review" in request.values,
        trouble=CSRF_EXPIRED if form.is_expired else trouble,
    )
    return page, status


def show_review(
    form: ReviewForm,
    draft: Draft | None,
    status: int = 200,
    *,
    moved: bool = False,
    trouble: str = "",
) -> ResponseReturnValue:
    """All answers and the last questions; while a step is unfinished, on to that step instead.

    ``moved`` says that the draft has changed since the prospect looked it over.
    """
    questionnaire = current_questionnaire()
    incomplete = open_step(draft) if draft else questionnaire.steps[0]
    # What could not be stored is shown, whatever is unfinished.
    if incomplete is not form.step and not (form.is_expired or trouble):
        flash(f"One step is not finished yet: {incomplete.title}.")
        return redirect(url_for(".step", key=incomplete.key), 303)
    form.draft_version.data = str(draft.version) if draft else ""
    page = render_template(
        "applications/review.html",
        step=form.step,
        form=form,
        of=len(questionnaire.steps),
        draft=draft,
        summary=readable_answers(draft.answers if draft else {}, questionnaire)[:-1],
        moved=moved,
        trouble=CSRF_EXPIRED if form.is_expired else trouble,
    )
    return page, status


def show_sealed(draft: Draft | None, form: StepForm) -> ResponseReturnValue:
    """The draft is sent; what the form holds besides is shown, so that it can be copied out."""
    sent = draft.answers if draft else {}
    unsent = {key: answer for key, answer in form.answers().items() if answer != sent.get(key)}
    typed = [row for row in readable_step(unsent, form.step) if row[1]]
    return render_template("applications/sealed.html", typed=typed), 409
