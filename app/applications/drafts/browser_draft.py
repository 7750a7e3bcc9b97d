"""The draft that this browser's cookie names, and what the browser is told to keep or forget."""

import uuid

from flask import flash, request, session
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from app.applications.drafts.kept_draft import KeptDraft, read_draft
from app.applications.drafts.sent_step import is_of, name_of
from app.applications.drafts.service import NotThisDraft, move_to_present_questions
from app.applications.models import Draft
from app.applications.questions.answers import Answer
from app.applications.questions.questionnaire import (
    Step,
    current_questionnaire,
    original_questionnaire,
)
from app.applications.questions.readable import answers_asked_no_more
from app.platform.database import db, plain_connection, utc_now

DRAFT_COOKIE = "draft"
NAMED_ON = "named_on"


def current_draft() -> KeptDraft | None:
    """The draft that the browser's cookie names, if it still exists, moved to today's questions.
    Each call reads it again."""
    draft, today = _read_current(), original_questionnaire().version
    if draft and draft.is_erased:
        session.pop(DRAFT_COOKIE)
        return None
    if draft and not draft.submitted_at and draft.questions_version != today:
        _move_to_present_questions(draft.id)
        return _read_current()
    return draft


def _read_current() -> KeptDraft | None:
    draft_id = current_draft_id()
    if draft_id is None:
        return None
    with plain_connection() as connection:
        return read_draft(connection, draft_id)


def _move_to_present_questions(draft_id: uuid.UUID) -> None:
    """Move the draft to today's questions, and tell its writer what changed."""
    draft = db.session.get(Draft, draft_id)
    if draft is None:
        return
    again = move_to_present_questions(db.session(), draft, original_questionnaire())
    db.session.commit()
    if again is not None:
        gone = answers_asked_no_more(db.session(), draft.answers)
        to_look_at = [current_questionnaire().step(step.key) for step in again]
        flash(questions_changed(to_look_at, gone))


def questions_changed(to_look_at: list[Step], gone: list[tuple[str, Answer]]) -> str:
    titles = "; ".join(step.title for step in to_look_at) or gettext("none")
    changed = gettext(
        "Our questions have changed since you began. Your answers are kept. Pages to check again:"
        " %(titles)s.",
        titles=titles,
    )
    if not gone:
        return changed
    questions = "; ".join(question for question, _ in gone)
    return f"{changed} " + gettext(
        "No longer asked: %(questions)s You will see what you wrote there before you send.",
        questions=questions,
    )


def check_page_is_of(draft: KeptDraft) -> None:
    """Check a button that is outside the steps' forms. Raises NotThisDraft if its page was opened
    for another draft."""
    if not is_of(request.form.get("of_draft"), name_of(draft)):
        raise NotThisDraft(draft.id)


def current_draft_id() -> uuid.UUID | None:
    """The id in the browser's cookie; the draft may be gone by now."""
    try:
        return uuid.UUID(session[DRAFT_COOKIE])
    except (KeyError, ValueError):
        return None


def remember(draft_id: uuid.UUID) -> None:
    """Name this draft in the browser's cookie, and make that outlive the browser, unless a member
    of staff is signed in with it.

    The cookie's lifetime counts from its last change. It holds the date, so that the first save of
    each day renews it."""
    if not session.permanent and not current_user.is_authenticated:
        session.permanent = True
    named = {DRAFT_COOKIE: str(draft_id), NAMED_ON: utc_now().date().isoformat()}
    if not named.items() <= session.items():
        session.update(named)


def forgetting(response: Response) -> Response:
    """The response, with the header that makes the browser drop the pages and text it has kept."""
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response
