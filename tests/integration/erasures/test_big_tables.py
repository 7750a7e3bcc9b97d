"""However much is stored about others, an erasure reads only what is stored about the person."""

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.applications.drafts.end import discard_draft
from app.applications.drafts.resume_link import request_resume_link
from app.applications.drafts.service import start_draft
from app.applications.erasure import erase_person
from app.applications.models import Draft
from app.applications.questions.questionnaire import current_questionnaire
from app.events.store import read_stream
from app.events.subscription import current_subscriptions
from app.events.types import stream_of
from app.notifications.models import MailMessage
from tests.big_tables import FILL, read_through, rows_read
from tests.demo_applications import STRONG
from tests.submitted import submit_answers

Handle = Callable[[], None]
Tamper = Callable[[str], None]


def read_through_by_handlers(session: Session, stream: str) -> list[str]:
    """The tables that the subscribers to the stream's last event scan from end to end."""
    last = read_stream(session, stream)[-1]
    before = rows_read(session)
    for name in current_subscriptions().subscribers_of(last.type):
        current_subscriptions().subscriber(name)(session, last)
    session.flush()
    return read_through(session, before)


def links_sent(session: Session) -> list[str]:
    """The stored email addresses to which a link back into a draft was sent."""
    return list(session.scalars(select(MailMessage.recipient).filter_by(template="resume_link")))


def test_an_erasure_scans_no_whole_table(
    session: Session, handle_events: Handle, tamper: Tamper
) -> None:
    application = submit_answers(session, STRONG)
    request_resume_link(session, session.get_one(Draft, application.draft_id))
    session.commit()
    handle_events()
    assert links_sent(session) == [application.email]
    tamper(FILL)
    erase_person(session, application.id, actor="prospect")
    session.commit()
    assert read_through_by_handlers(session, stream_of("application", application.id)) == []
    assert links_sent(session) == []


def test_deleting_a_draft_scans_no_whole_table(
    session: Session, handle_events: Handle, tamper: Tamper
) -> None:
    draft = start_draft(session, current_questionnaire())
    draft.answers, draft.complete_steps = {"email": "ada@client.example"}, ["you"]
    session.flush()
    request_resume_link(session, draft)
    session.commit()
    handle_events()
    assert links_sent(session) == ["ada@client.example"]
    tamper(FILL)
    stream = stream_of("draft", draft.id)
    discard_draft(session, draft, because="expired", actor="system:applications")
    session.commit()
    assert read_through_by_handlers(session, stream) == []
    assert links_sent(session) == []
