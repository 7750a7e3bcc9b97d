"""What the form's views share: opening a step, showing it, the review, and the page of a draft that
was already sent."""

from typing import NamedTuple

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from app.applications.drafts.forms import CSRF_EXPIRED, ReviewForm, StepForm, form_for
from app.applications.drafts.kept_draft import KeptDraft
from app.applications.drafts.pace import minutes_by_step
from app.applications.drafts.progress import first_incomplete_step, unfinished_steps
from app.applications.drafts.sent_step import SentStep, name_of, read_basis
from app.applications.drafts.service import last_save
from app.applications.questions.answers import Answer
from app.applications.questions.questionnaire import Step, current_questionnaire
from app.applications.questions.readable import (
    answers_asked_no_more,
    readable_answers,
    readable_rows,
)
from app.applications.refusal import token_of_sent
from app.platform.database import db
from app.platform.database.connection import driver_connection


def posted_form(key: str, draft: KeptDraft | None) -> StepForm:
    """The step's form with what was posted; the draft's other answers decide what it asks. 404 for
    an unknown key."""
    earlier = draft.answers if draft else None
    return form_for(find_step(key))(earlier=earlier, basis=read_basis())


def find_step(key: str) -> Step:
    """The step that an address or a button names; 404 for an unknown key."""
    try:
        return current_questionnaire().step(key)
    except KeyError:
        abort(404)


def open_step(draft: KeptDraft) -> Step:
    """The step with which to continue the draft."""
    return first_incomplete_step(draft, current_questionnaire())


class OtherAnswers(NamedTuple):
    """Stored answers that differ from the form's. ``overwrites`` is what the page must name to
    overwrite them, ``rows`` are (question, answer in words), ``is_of_other_draft`` says that they
    belong to another draft than the page was opened for, ``is_gone`` that there is no draft any
    more."""

    overwrites: str
    rows: list[tuple[str, Answer]]
    is_of_other_draft: bool
    is_gone: bool = False


def other_answers(draft: KeptDraft | None, sent: SentStep) -> OtherAnswers:
    stored, typed = draft.answers if draft else {}, sent.answers
    differing = (q for q in sent.step.questions if stored.get(q.key) != typed.get(q.key))
    rows = readable_rows(stored, differing)
    is_of_other_draft = not sent.basis.is_for(name_of(draft))
    if is_of_other_draft:  # what the other draft leaves empty on this page is no news
        rows = [row for row in rows if row[1]]
    overwrites = f"{name_of(draft)} {last_save(draft, sent.step)}"
    return OtherAnswers(overwrites, rows, is_of_other_draft, is_gone=draft is None)


def show_form(
    form: StepForm,
    draft: KeptDraft | None,
    status: int = 200,
    *,
    trouble: str = "",
    other: OtherAnswers | None = None,
) -> ResponseReturnValue:
    """The form's own page, with what was typed and its errors. ``trouble`` is a sentence on why
    nothing could be stored, ``other`` what another page has saved for this step."""
    if isinstance(form, ReviewForm):
        return show_review(form, draft, status, trouble=trouble, other=other)
    steps = current_questionnaire().steps
    index = steps.index(form.step)
    minutes = minutes_by_step(db.session(), current_questionnaire())
    page = render_template(
        "applications/step.html",
        step=form.step,
        form=form,
        questions_version=current_questionnaire().version,
        draft=draft,
        other=other,
        number=index + 1,
        of=len(steps),
        minutes=minutes[form.step.key],
        minutes_left=sum(minutes[step.key] for step in steps[index:]),
        previous=steps[index - 1] if index else None,
        back_to_review="back_to_review" in request.values,
        trouble=CSRF_EXPIRED if form.is_expired else trouble,
    )
    return page, status


def show_review(
    form: ReviewForm,
    draft: KeptDraft | None,
    status: int,
    *,
    moved: bool = False,
    trouble: str = "",
    other: OtherAnswers | None = None,
) -> ResponseReturnValue:
    """Show all answers and the last questions, or redirect to the first unfinished step.

    ``moved`` says that the draft has changed since the prospect reviewed it.
    """
    questionnaire = current_questionnaire()
    unfinished = unfinished_steps(draft, questionnaire)
    # Answers that could not be stored are shown even if a step is unfinished.
    if unfinished and not (form.is_expired or trouble or other):
        return _lead_to(unfinished, draft)
    form.draft_version.data = str(draft.version) if draft else ""
    page = render_template(
        "applications/review.html",
        step=form.step,
        form=form,
        draft=draft,
        other=other,
        of=len(questionnaire.steps),
        minutes=minutes_by_step(db.session(), questionnaire)[form.step.key],
        summary=readable_answers(draft.answers if draft else {}, questionnaire)[:-1],
        asked_no_more=answers_asked_no_more(db.session(), draft.answers) if draft else [],
        moved=moved,
        trouble=CSRF_EXPIRED if form.is_expired else trouble,
    )
    return page, status


def _lead_to(unfinished: list[Step], draft: KeptDraft | None) -> ResponseReturnValue:
    """Redirect to the first unfinished step, with a message that names all of them."""
    flash(
        ngettext(
            "One step is not finished yet: %(titles)s.",
            "%(num)s steps are not finished yet: %(titles)s. This is the first of them.",
            len(unfinished),
            titles="; ".join(step.title for step in unfinished),
        )
    )
    step = unfinished[0]
    # A step that was begun shows its errors, and leads back here.
    begun = "yes" if draft and _is_begun(step, draft) else None
    address = url_for("application_form.step", key=step.key, look_again=begun, back_to_review=begun)
    return redirect(address, 303)


def _is_begun(step: Step, draft: KeptDraft) -> bool:
    return any(question.key in draft.answers for question in step.questions)


def show_sealed(
    draft: KeptDraft | None = None, form: StepForm | None = None
) -> ResponseReturnValue:
    """Say that the draft has been sent. Answers in ``form`` that differ are shown, so that they can
    be copied; the draft's own browser also gets the link to the application's page."""
    sent = draft.answers if draft else {}
    given = form.answers() if form else {}
    unsent = {key: answer for key, answer in given.items() if answer != sent.get(key)}
    questions = form.step.questions if form else ()
    typed = [row for row in readable_rows(unsent, questions) if row[1]]
    token = token_of_sent(driver_connection(db.session()), draft.id) if draft else None
    return render_template("applications/sealed.html", typed=typed, token=token), 409
