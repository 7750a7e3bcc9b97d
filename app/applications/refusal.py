"""Why a draft was not sent."""

import uuid
from datetime import timedelta
from typing import NoReturn

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.applications.drafts.kept_draft import read_draft
from app.applications.drafts.service import first_incomplete_step
from app.applications.models import Application
from app.applications.page_link import is_link_replaced
from app.applications.questions.answers import Answers
from app.applications.questions.questionnaire import Questionnaire

# Long enough for a second click, a retry, and Back. Whoever has the draft's cookie later on may be
# somebody else, and the link to the page is in the mail.
REPEATED_WITHIN = timedelta(hours=1)


class DraftUnfinished(Exception):
    """There is no such draft, or one of its earlier steps has no answers that are accepted."""


class DraftChanged(Exception):
    """The draft was saved again after the page that sends it was shown."""


class AlreadySubmitted(Exception):
    """The draft has become an application before. ``is_repeat`` tells whether the answer is the
    same as then: the same was sent, shortly before, and the link that it led to still holds."""

    def __init__(self, application: Application, *, is_repeat: bool) -> None:
        super().__init__(application.reference)
        self.application = application
        self.is_repeat = is_repeat


def explain_refusal(
    session: Session, draft_id: uuid.UUID, answers: Answers, questionnaire: Questionnaire
) -> NoReturn:
    """Raise what keeps the draft with these answers to its last page from being sent."""
    earlier = _application_of(session, draft_id)
    if earlier:
        last_keys = {question.key for question in questionnaire.steps[-1].questions}
        sent = {key: earlier.answers[key] for key in last_keys & earlier.answers.keys()}
        is_repeat = sent == answers and _leads_to_page(session, earlier)
        raise AlreadySubmitted(earlier, is_repeat=is_repeat)
    draft = read_draft(session, draft_id)
    if draft is None or first_incomplete_step(draft, questionnaire) is not questionnaire.steps[-1]:
        raise DraftUnfinished(draft_id)
    raise DraftChanged(draft_id)


def token_of_sent(session: Session, draft_id: uuid.UUID) -> str | None:
    """That of the page which the draft led to, for as long as sending the same again leads there;
    then None."""
    sent = _application_of(session, draft_id)
    return sent.access_token if sent and _leads_to_page(session, sent) else None


def _application_of(session: Session, draft_id: uuid.UUID) -> Application | None:
    return session.scalar(select(Application).where(Application.draft_id == draft_id))


def _leads_to_page(session: Session, sent: Application) -> bool:
    wanted = select(Application.submitted_at > func.now() - REPEATED_WITHIN).filter_by(id=sent.id)
    return bool(session.scalar(wanted)) and not is_link_replaced(session, sent)
