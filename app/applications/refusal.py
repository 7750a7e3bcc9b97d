"""Why a draft was not sent."""

import uuid
from datetime import timedelta
from typing import Any, NamedTuple, NoReturn

from psycopg import Connection

from app.applications.drafts.kept_draft import read_draft
from app.applications.drafts.progress import first_incomplete_step
from app.applications.events import PageLinkReplaced
from app.applications.questions.answers import Answers
from app.applications.questions.questionnaire import Questionnaire

# Long enough for a double click, a retry and Back. Later the draft's cookie may be in somebody
# else's hands, and the prospect has the link to their page in the mail.
REPEATED_WITHIN = timedelta(hours=1)
SENT = """
SELECT access_token, answers,
    submitted_at > now() - CAST(%(within)s AS interval) AND NOT EXISTS (
        SELECT FROM events WHERE stream = 'application-' || a.id AND type = %(replaced)s
    )
FROM applications a WHERE draft_id = %(draft_id)s
"""


class SentBefore(NamedTuple):
    """The application that the draft became. ``leads_to_page`` says whether sending the same again
    still leads to its page: it does for REPEATED_WITHIN, unless staff replace the link."""

    access_token: str
    answers: dict[str, Any]
    leads_to_page: bool


class DraftUnfinished(Exception):
    """There is no such draft, or one of its earlier steps is incomplete."""


class DraftChanged(Exception):
    """The draft was saved again after the page that sends it was shown."""


class AlreadySubmitted(Exception):
    """The draft is already an application. ``is_repeat`` says whether the response may be the same
    as the first time: the same answers were sent, not long ago, and the link is still valid."""

    def __init__(self, access_token: str, *, is_repeat: bool) -> None:
        super().__init__()
        self.access_token = access_token
        self.is_repeat = is_repeat


def raise_refusal(
    connection: Connection, draft_id: uuid.UUID, answers: Answers, questionnaire: Questionnaire
) -> NoReturn:
    """Raise the reason why the draft can't be sent with these answers to its last page."""
    earlier = _sent_before(connection, draft_id)
    if earlier:
        last_keys = {question.key for question in questionnaire.steps[-1].questions}
        sent = {key: earlier.answers[key] for key in last_keys & earlier.answers.keys()}
        is_repeat = sent == answers and earlier.leads_to_page
        raise AlreadySubmitted(earlier.access_token, is_repeat=is_repeat)
    draft = read_draft(connection, draft_id)
    if draft is None or first_incomplete_step(draft, questionnaire) is not questionnaire.steps[-1]:
        raise DraftUnfinished(draft_id)
    raise DraftChanged(draft_id)


def token_of_sent(connection: Connection, draft_id: uuid.UUID) -> str | None:
    """The token of the page that the draft led to; None once sending the same again would no longer
    lead there."""
    sent = _sent_before(connection, draft_id)
    return sent.access_token if sent and sent.leads_to_page else None


def _sent_before(connection: Connection, draft_id: uuid.UUID) -> SentBefore | None:
    values = {
        "draft_id": draft_id,
        "within": REPEATED_WITHIN,
        "replaced": PageLinkReplaced.type,
    }
    row = connection.execute(SENT, values).fetchone()
    return SentBefore._make(row) if row else None
