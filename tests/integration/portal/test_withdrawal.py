"""Withdrawing: confirmed first, recorded once; nobody decides on it, both sides are told."""

import html
from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.applications.events import ApplicationDeclined
from app.applications.models import Application
from app.applications.service import (
    AlreadyDecided,
    NotOpen,
    decide_application,
    withdraw_application,
)
from app.engagements.queries import engagement_of
from app.events.due import record_due
from app.events.models import ScheduledEvent
from app.events.store import read_stream
from app.events.types import stream_of
from app.notifications.models import MailMessage
from app.platform.database import db
from tests.integration.portal.conftest import Send

Handle = Callable[[], None]


def withdrawals(session: Session, application: Application) -> list[str]:
    session.rollback()
    events = read_stream(session, stream_of("application", application.id))
    return [e.data.message for e in events if e.type == "application.withdrawn"]


def test_the_withdrawal_page_asks_for_confirmation_and_opening_it_changes_nothing(
    client: FlaskClient, path: str, session: Session, application: Application
) -> None:
    assert f'href="{path}/withdraw"' in client.get(path).text
    page = client.get(f"{path}/withdraw").text
    assert "Withdraw this application?" in page and "There is no way back" in page
    assert withdrawals(session, application) == []


def test_a_withdrawal_is_recorded_once_however_often_the_button_is_pressed(
    client: FlaskClient, path: str, send: Send, session: Session, application: Application
) -> None:
    answers = [send("withdraw", message="\nA reason. ") for _ in range(2)]
    assert [answer.location for answer in answers] == [path, path]
    assert withdrawals(session, application) == ["A reason."]
    page = client.get(path).text
    assert "You have withdrawn your application." in page and "Withdrawn by you" in page
    assert f'href="{path}/withdraw"' not in page
    assert "There is nothing to withdraw" in client.get(f"{path}/withdraw").text


def test_a_reason_given_after_the_withdrawal_stays_on_the_page_to_be_sent_as_a_message(
    send: Send, session: Session, application: Application
) -> None:
    send("withdraw")
    late = send("withdraw", message="We have found somebody.")
    assert late.status_code == 409
    assert "It had already been withdrawn, perhaps in another tab." in late.text
    assert "you can send it as a message" in late.text
    assert "We have found somebody.</textarea>" in late.text
    assert withdrawals(session, application) == [""]


@pytest.mark.parametrize("state", ["offered", "declined"])
def test_a_reason_given_after_the_decision_stays_on_the_page_to_be_sent_as_a_message(
    send: Send, state: str, request: pytest.FixtureRequest
) -> None:
    request.getfixturevalue(state)
    late = send("withdraw", message="We have found somebody.")
    assert late.status_code == 409
    assert "It was decided before you withdrew it." in late.text
    assert "We have found somebody.</textarea>" in late.text


def test_a_reason_of_invisible_characters_alone_counts_as_none(
    send: Send, session: Session, application: Application
) -> None:
    send("withdraw", message="\u200b\u202e \u2060\u3164\u2800\n\ufe0f")
    assert withdrawals(session, application) == [""]


def test_a_withdrawal_closes_the_proposal_ends_the_promise_and_mails_both_sides(
    session: Session, application: Application, send: Send, handle_events: Handle
) -> None:
    handle_events()
    send("withdraw", message="We have found somebody.")
    handle_events()
    session.rollback()
    engagement = engagement_of(session, application.id)
    assert engagement and engagement.status == "closed"
    [planned] = session.scalars(select(ScheduledEvent))
    assert planned.cancelled_at
    mails = {mail.template: mail for mail in session.scalars(select(MailMessage))}
    assert mails["withdrawn"].recipient == "staff@champlin.example"
    assert "We have found somebody." in mails["withdrawn"].text
    assert mails["withdrawal_confirmed"].recipient == application.email


def test_an_application_withdrawn_before_its_score_gets_no_proposal_and_no_reminder(
    session: Session, application: Application, send: Send, handle_events: Handle
) -> None:
    send("withdraw")
    handle_events()
    session.execute(text("UPDATE scheduled_events SET due_at = now()"))
    session.commit()
    record_due(session)
    handle_events()
    assert engagement_of(session, application.id) is None
    assert not session.scalars(select(MailMessage).filter_by(template="answer_due")).all()


@pytest.mark.parametrize("state", ["offered", "declined"])
def test_a_decided_application_cannot_be_withdrawn(
    client: FlaskClient,
    path: str,
    send: Send,
    session: Session,
    application: Application,
    state: str,
    request: pytest.FixtureRequest,
) -> None:
    request.getfixturevalue(state)
    assert f'href="{path}/withdraw"' not in client.get(path).text
    assert send("withdraw").location == path
    assert "It was decided before you withdrew it." in client.get(path).text
    assert withdrawals(session, application) == []


def test_a_withdrawal_ends_an_open_question_and_a_late_answer_is_kept_on_the_page(
    client: FlaskClient, path: str, asked: str, send: Send
) -> None:
    send("withdraw")
    late = send("reply", message="Forty-one.")
    assert late.status_code == 409 and "Forty-one." in late.text


@pytest.mark.parametrize(
    ("fields", "status", "sentence"),
    [
        ({"message": "x" * 1001}, 422, "Use at most 1,000 characters."),
        ({"message": "a\x00b"}, 422, "can’t be stored"),
        ({"message": "Kept.", "csrf_token": "old"}, 400, "open for too long"),
    ],
)
def test_an_invalid_or_expired_request_withdraws_nothing_and_keeps_the_text(
    send: Send,
    session: Session,
    application: Application,
    fields: dict[str, str],
    status: int,
    sentence: str,
) -> None:
    answer = send("withdraw", **fields)
    assert answer.status_code == status and sentence in html.unescape(answer.text)
    assert fields["message"][:50].replace("\x00", "") in answer.text.replace("\x00", "")
    assert withdrawals(session, application) == []


def test_of_a_simultaneous_withdrawal_and_decision_only_one_is_taken(
    app: Flask, session: Session, application: Application
) -> None:
    """The second sees the first, whichever it was."""
    taken: list[str] = []
    start = Barrier(2, timeout=30)
    identity = application.id

    def withdraw(session: Session) -> None:
        withdraw_application(session, identity, "")

    def decline(session: Session) -> None:
        verdict = ApplicationDeclined(message="")
        decide_application(session, identity, verdict, seen_version=1, actor="staff:ada")

    def run(deed: Callable[[Session], None]) -> None:
        with app.app_context():
            start.wait()
            try:
                deed(db.session())
                db.session.commit()
                taken.append(deed.__name__)
            except (NotOpen, AlreadyDecided):
                db.session.rollback()

    threads = [Thread(target=run, args=(deed,)) for deed in (withdraw, decline)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    session.refresh(application)
    assert len(taken) == 1
    assert application.status == {"withdraw": "withdrawn", "decline": "declined"}[taken[0]]
