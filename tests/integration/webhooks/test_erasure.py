"""What a server answered about a person is erased with the person."""

from collections.abc import Callable

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.applications.drafts.end import discard_draft
from app.applications.drafts.resume_link import request_resume_link
from app.applications.drafts.service import start_draft
from app.applications.erasure import erase_person
from app.applications.events import DraftLinkRequested
from app.applications.questions.questionnaire import current_questionnaire
from app.engagements.events import EngagementAccepted
from app.engagements.queries import engagement_of
from app.engagements.service import accept_terms
from app.events.integrity.person_keys import drop_key
from app.events.types import declared_events
from app.platform.database import db
from app.webhooks.models import WebhookTry
from tests.demo_applications import STRONG
from tests.integration.webhooks.conftest import PERSON, Add, Courier, Happen
from tests.submitted import submit_answers
from tests.webhook_receiver import Reply, WebhookReceiver

ECHO = Reply(body=b'{"email": "canary@wren.example"}')


def answers(session: Session) -> list[str]:
    """The servers' answers, as they are kept."""
    session.rollback()
    return list(session.scalars(select(WebhookTry.answer)))


def test_a_servers_answer_about_a_draft_is_erased_with_the_draft(
    session: Session,
    add: Add,
    courier: Courier,
    receiver: WebhookReceiver,
    handle_events: Callable[[], None],
) -> None:
    receiver.answer = lambda _: ECHO
    add(DraftLinkRequested.type, with_personal=True)
    draft = start_draft(session, current_questionnaire())
    draft.answers, draft.complete_steps = {"email": "canary@wren.example"}, ["you"]
    session.flush()
    request_resume_link(session, draft)
    session.commit()
    courier.work()
    assert answers(session) == [ECHO.body.decode()]
    discard_draft(session, draft, because="by_prospect", actor="prospect")
    session.commit()
    handle_events()
    assert answers(session) == [""]


def test_a_servers_answer_about_a_contract_is_erased_with_the_person(
    session: Session,
    add: Add,
    courier: Courier,
    receiver: WebhookReceiver,
    handle_events: Callable[[], None],
) -> None:
    receiver.answer = lambda _: ECHO
    add(EngagementAccepted.type, with_personal=True)
    application = submit_answers(session, STRONG)
    session.commit()
    handle_events()
    engagement = engagement_of(session, application.id)
    assert engagement
    engagement.status = "offered"
    session.flush()
    accept_terms(session, engagement, name="Canary Wren", seen_version=engagement.version)
    session.commit()
    courier.work()
    assert answers(session) == [ECHO.body.decode()]
    erase_person(session, application.id, actor="prospect")
    session.commit()
    handle_events()
    assert answers(session) == [""]


def test_every_event_with_personal_data_is_in_a_stream_that_an_erasure_covers() -> None:
    kinds = {event.stream_kind for event in declared_events().values() if event.personal}
    assert kinds == {"draft", "application", "engagement"}


def test_an_answer_that_arrives_during_the_persons_erasure_is_not_kept(
    app: Flask,
    session: Session,
    add: Add,
    happen: Happen,
    courier: Courier,
    receiver: WebhookReceiver,
) -> None:
    def erase_then_answer(_: int) -> Reply:
        with app.app_context():
            drop_key(db.session(), PERSON)
            db.session.commit()
        return ECHO

    receiver.answer = erase_then_answer
    endpoint = add(with_personal=True)
    happen()
    courier.work()
    assert [message.status for message in courier.messages(endpoint)] == ["delivered"]
    assert answers(session) == [""]
