"""Which draft the browser holds: what its cookie names, and what it is told to keep or forget."""

import uuid

from flask import flash, g, request, session
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from app.applications.drafts.forms import is_of, name_of
from app.applications.drafts.service import NotThisDraft, move_to_present_questions
from app.applications.models import Draft
from app.applications.queries import answers_asked_no_more
from app.applications.questions.answers import Answer
from app.applications.questions.questionnaire import (
    Step,
    current_questionnaire,
    original_questionnaire,
)
from app.database import commit_each_statement, db

DRAFT_COOKIE = "draft"


def current_draft() -> Draft | None:
    """The draft that the browser's cookie names, if there still is one, under today's questions."""
    draft_id = current_draft_id()
    draft = db.session.get(Draft, draft_id) if draft_id else None
    if draft and draft.submitted_at and not draft.answers:  # its writer has erased it since
        session.pop(DRAFT_COOKIE)
        draft = None
    g.draft = draft  # the session alone would forget it, and ask again at the next look
    questionnaire = original_questionnaire()
    if draft and not draft.submitted_at and draft.questions_version != questionnaire.version:
        db.session.rollback()  # a page that only reads has no transaction to lock it in
        again = move_to_present_questions(db.session(), draft, questionnaire)
        db.session.commit()
        if again is not None:
            gone = answers_asked_no_more(db.session(), draft.answers)
            to_look_at = [current_questionnaire().step(step.key) for step in again]
            flash(questions_changed(to_look_at, gone))
    return draft


def draft_to_read() -> Draft | None:
    """The same for a page that only reads: BEGIN and ROLLBACK would be two more round trips."""
    if current_draft_id():
        commit_each_statement(db.session())
    return current_draft()


def questions_changed(to_look_at: list[Step], gone: list[tuple[str, Answer]]) -> str:
    titles = "; ".join(step.title for step in to_look_at) or gettext("nothing")
    changed = gettext(
        "Our questions have changed since you began. Your answers are kept. To look at again:"
        " %(titles)s.",
        titles=titles,
    )
    if not gone:
        return changed
    questions = "; ".join(question for question, _ in gone)
    return f"{changed} " + gettext(
        "Not asked any more: %(questions)s What you wrote there is shown before you send.",
        questions=questions,
    )


def check_page_is_of(draft: Draft) -> None:
    """For a button beside the steps' forms. Raises NotThisDraft where its page was opened for
    another draft."""
    if not is_of(request.form.get("of_draft"), name_of(draft)):
        raise NotThisDraft(draft.id)


def current_draft_id() -> uuid.UUID | None:
    """The id in the browser's cookie; the draft may be gone by now."""
    try:
        return uuid.UUID(session[DRAFT_COOKIE])
    except (KeyError, ValueError):
        return None


def remember(draft: Draft) -> None:
    """Have the browser name this draft from now on. Where a member of staff is signed in, it is
    theirs too, and ends with the browser as before."""
    if not current_user.is_authenticated:
        session.permanent = True
    session[DRAFT_COOKIE] = str(draft.id)


def forgetting(response: Response) -> Response:
    """The answer, which also has the browser forget the pages and the text that it has kept."""
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response
