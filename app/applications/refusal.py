"""Why a draft was not sent."""

import uuid
from datetime import timedelta
from typing import NoReturn

from sqlalchemy import Row, text

from app.applications.drafts.kept_draft import read_draft
from app.applications.drafts.progress import first_incomplete_step
from app.applications.page_link import is_link_replaced
from app.applications.questions.answers import Answers
from app.applications.questions.questionnaire import Questionnaire
from app.database import Executor
from app.database_deadline import driver_connection

# Long enough for a second click, a retry, and Back. Whoever has the draft's cookie later on may be
# somebody else, and the link to the page is in the mail.
REPEATED_WITHIN = timedelta(hours=1)
SENT = text("""
SELECT id, access_token, answers, submitted_at > now() - CAST(:within AS interval) AS is_recent
FROM applications WHERE draft_id = :draft_id
""")


class DraftUnfinished(Exception):
    """There is no such draft, or one of its earlier steps has no answers that are accepted."""


class DraftChanged(Exception):
    """The draft was saved again after the page that sends it was shown."""


class AlreadySubmitted(Exception):
    """The draft has become an application before. ``is_repeat`` tells whether the answer is the
    same as then: the same was sent, shortly before, and the link that it led to still holds."""

    def __init__(self, access_token: str, *, is_repeat: bool) -> None:
        super().__init__()
        self.access_token = access_token
        self.is_repeat = is_repeat


def explain_refusal(
    executor: Executor, draft_id: uuid.UUID, answers: Answers, questionnaire: Questionnaire
) -> NoReturn:
    """Raise what keeps the draft with these answers to its last page from being sent."""
    earlier = _application_of(executor, draft_id)
    if earlier:
        last_keys = {question.key for question in questionnaire.steps[-1].questions}
        sent = {key: earlier.answers[key] for key in last_keys & earlier.answers.keys()}
        is_repeat = sent == answers and _leads_to_page(executor, earlier)
        raise AlreadySubmitted(earlier.access_token, is_repeat=is_repeat)
    draft = read_draft(driver_connection(executor), draft_id)
    if draft is None or first_incomplete_step(draft, questionnaire) is not questionnaire.steps[-1]:
        raise DraftUnfinished(draft_id)
    raise DraftChanged(draft_id)


def token_of_sent(executor: Executor, draft_id: uuid.UUID) -> str | None:
    """That of the page which the draft led to, for as long as sending the same again leads there;
    then None."""
    sent = _application_of(executor, draft_id)
    return sent.access_token if sent and _leads_to_page(executor, sent) else None


def _application_of(executor: Executor, draft_id: uuid.UUID) -> Row | None:
    return executor.execute(SENT, {"draft_id": draft_id, "within": REPEATED_WITHIN}).one_or_none()


def _leads_to_page(executor: Executor, sent: Row) -> bool:
    return sent.is_recent and not is_link_replaced(executor, sent.id)
