"""A prospect is erased at the moment somebody is notified about them: whichever comes first, no
mail and no chat message that names them is left."""

from collections.abc import Callable
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.applications.drafts.end import discard_draft
from app.applications.drafts.resume_link import request_resume_link
from app.applications.drafts.service import start_draft
from app.applications.erasure import erase_person
from app.applications.events import ApplicationHeld, MoreRequested
from app.applications.models import Application, Draft
from app.applications.questions.questionnaire import current_questionnaire
from app.applications.service import decide_application, provide_more, withdraw_application
from app.chat.models import ChatMessage
from app.chat.subscribers import erase_messages
from app.engagements.queries import engagement_of
from app.engagements.service import accept_terms, offer_terms
from app.events.store import read_stream, record
from app.events.subscription import current_subscriptions
from app.events.types import Event, RecordedEvent, stream_of
from app.messages.events import ReplyDue
from app.messages.service import write_as_prospect, write_as_staff
from app.notifications import subscribers
from app.notifications.models import MailMessage
from app.platform.database import db
from tests.demo_applications import STRONG
from tests.integration.waiting import is_somebody_waiting, waiting
from tests.submitted import submit_answers

CANARY = {"name": "Canary Wren", "email": "canary@wren.example", "company": "Canary Ltd"}
SONG = "As a canary sings."
ERASING = ("notifications.erase_mail", "notifications.erase_draft_mail", "chat.erase_messages")
Handle = Callable[[], None]
Meanwhile = Callable[..., None]


@pytest.fixture(autouse=True)
def channel(change_settings: Callable[..., None]) -> None:
    """Staff also have a chat channel that is notified."""
    change_settings(CHAT_WEBHOOK_URL="http://127.0.0.1:1/")


@pytest.fixture
def application(session: Session) -> Application:
    application = submit_answers(session, {**STRONG, **CANARY})
    session.commit()
    return application


@pytest.fixture
def proposed(session: Session, application: Application, handle_events: Handle) -> RecordedEvent:
    """An event that staff are notified of; nobody has been notified yet."""
    handle_events()
    for told in (*session.scalars(select(MailMessage)), *session.scalars(select(ChatMessage))):
        session.delete(told)
    session.commit()
    engagement = engagement_of(session, application.id)
    assert engagement
    return read_stream(session, stream_of("engagement", engagement.id))[0]


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Have others do and finish something while that subscriber is running: between the claim and
    its first line, or after (``behind``) its last one."""

    def meanwhile(name: str, deed: Callable[[Session], None], *, behind: bool = False) -> None:
        named = current_subscriptions()._by_name
        for erasing in ERASING:
            monkeypatch.setitem(named, erasing, lambda *_: None)
        handle, deeds = named[name], [deed]

        def handle_meanwhile(session: Session, recorded: RecordedEvent) -> None:
            steps = [partial(handle, session, recorded), partial(do_beside, deeds)]
            for step in steps if behind else reversed(steps):
                step()

        monkeypatch.setitem(named, name, handle_meanwhile)

    return meanwhile


def do_beside(deeds: list[Callable[[Session], None]]) -> None:
    """Do it in another process's transaction, unless it is already done."""
    while deeds:
        with Session(db.engine) as beside:
            deeds.pop()(beside)
            beside.commit()


def erase(application: Application) -> Callable[[Session], None]:
    """Erase the prospect, and let the subscribers erase the notifications about them."""
    application_id = application.id

    def erase(session: Session) -> None:
        erase_person(session, application_id, actor="prospect")
        erased = read_stream(session, stream_of("application", application_id))[-1]
        subscribers.erase_mail(session, erased)
        erase_messages(session, erased)

    return erase


def told(session: Session) -> list[str]:
    """Every notification by mail or chat, sent or not."""
    mails = [f"{m.recipient} {m.subject} {m.text}" for m in session.scalars(select(MailMessage))]
    return mails + [line.text for line in session.scalars(select(ChatMessage))]


def test_an_erasure_waits_for_a_notification_being_written_and_deletes_it(
    app: Flask,
    session: Session,
    application: Application,
    proposed: RecordedEvent,
) -> None:
    erase_them = erase(application)
    subscribers.alert_staff(session, proposed)
    assert ["Canary" in line for line in told(session)] == [True, True]  # by mail, by chat
    with waiting(app, erase_them):
        assert is_somebody_waiting()
        session.commit()
    assert told(session) == []


def test_a_notification_waits_for_a_running_erasure_and_is_then_not_written(
    app: Flask, session: Session, application: Application, proposed: RecordedEvent
) -> None:
    erase(application)(session)
    with waiting(app, lambda beside: subscribers.alert_staff(beside, proposed)):
        session.commit()
    assert told(session) == []


def prospect_writes(session: Session, application: Application) -> None:
    write_as_prospect(session, application.id, SONG, form_id="canary")


def staff_write(session: Session, application: Application) -> None:
    write_as_staff(session, application.id, SONG, form_id="canary", actor="staff:ada")


def prospect_withdraws(session: Session, application: Application) -> None:
    withdraw_application(session, application.id, SONG)


def prospect_answers(session: Session, application: Application) -> None:
    seen, question = application.version, MoreRequested(message="How many queues?")
    decide_application(session, application.id, question, seen_version=seen, actor="staff:ada")
    provide_more(session, application.id, SONG)


def client_agrees(session: Session, application: Application) -> None:
    engagement = engagement_of(session, application.id)
    assert engagement
    offer_terms(session, application.id, engagement.priced)
    accept_terms(session, engagement, name=CANARY["name"], seen_version=engagement.version)


@pytest.mark.parametrize(
    ("deed", "subscriber"),
    [
        (prospect_writes, "notifications.pass_on_message"),
        (staff_write, "notifications.send_message"),
        (prospect_withdraws, "notifications.announce_withdrawal"),
        (prospect_answers, "notifications.pass_on_answer"),
        # A client can't do this themselves, but the firm can.
        (client_agrees, "notifications.announce_agreement"),
    ],
)
def test_a_delivery_claimed_before_the_erasure_notifies_nobody(
    session: Session,
    application: Application,
    handle_events: Handle,
    meanwhile: Meanwhile,
    deed: Callable[[Session, Application], None],
    subscriber: str,
) -> None:
    handle_events()
    session.refresh(application)
    meanwhile(subscriber, erase(application))
    deed(session, application)
    session.commit()
    handle_events()
    assert told(session) == []


@pytest.mark.parametrize(
    ("event", "tell"),
    [
        (ApplicationHeld(signals={"too_fast": ""}), subscribers.ask_for_a_look),
        (ReplyDue(), subscribers.remind_staff_of_message),
    ],
)
def test_an_event_recorded_before_the_erasure_but_handled_after_it_notifies_nobody(
    session: Session,
    application: Application,
    event: Event,
    tell: Callable[[Session, RecordedEvent], None],
) -> None:
    prospect_writes(session, application)
    stream = stream_of("application", application.id)
    recorded = record(session, stream, event, actor="system:test")
    erase(application)(session)
    tell(session, recorded)
    assert told(session) == []


def test_no_link_is_mailed_into_a_draft_deleted_at_the_same_moment(
    session: Session, handle_events: Handle, meanwhile: Meanwhile
) -> None:
    draft = start_draft(session, current_questionnaire())
    draft.answers, draft.complete_steps = CANARY, ["you"]
    session.flush()
    request_resume_link(session, draft)
    session.commit()
    draft_id = draft.id

    def delete(session: Session) -> None:
        discard_draft(
            session, session.get_one(Draft, draft_id), because="by_prospect", actor="prospect"
        )
        discarded = read_stream(session, stream_of("draft", draft_id))[-1]
        subscribers.erase_draft_mail(session, discarded)

    meanwhile("notifications.send_resume_link", delete, behind=True)
    handle_events()
    assert told(session) == []


def test_no_link_is_mailed_to_a_prospect_erased_at_the_same_moment(
    session: Session, application: Application, handle_events: Handle, meanwhile: Meanwhile
) -> None:
    handle_events()
    request_resume_link(session, session.get_one(Draft, application.draft_id))
    session.commit()
    meanwhile("notifications.send_resume_link", erase(application))
    handle_events()
    assert told(session) == []
