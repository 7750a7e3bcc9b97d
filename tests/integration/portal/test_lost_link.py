"""A lost link is mailed again to the prospect alone, and nobody learns who has applied."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import escape
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.applications.erasure import erase_person
from app.applications.models import Application
from app.applications.page_link import replace_page_link, request_page_links
from app.events.models import StoredEvent
from app.notifications.models import MailMessage
from app.platform.database import db
from app.web.rendering import plain_date
from tests.integration.portal.conftest import Ask
from tests.submitted import submit_answers

Handle = Callable[[], None]


def links_mailed(session: Session) -> list[MailMessage]:
    session.rollback()
    return list(session.scalars(select(MailMessage).filter_by(template="page_link")))


def test_the_link_goes_to_the_address_that_the_application_came_from(
    ask: Ask, session: Session, application: Application, path: str, handle_events: Handle
) -> None:
    answer = ask(f" {application.email.upper()} ")
    assert answer.status_code == 200
    handle_events()
    [mail] = links_mailed(session)
    assert mail.recipient == application.email and path in mail.text


def test_each_application_from_the_address_gets_a_mail_that_says_which_one_it_is(
    ask: Ask,
    session: Session,
    application: Application,
    demo_answers: dict[str, Any],
    handle_events: Handle,
) -> None:
    second = submit_answers(session, {**demo_answers, "company": "Second & Co"})
    other = submit_answers(session, {**demo_answers, "email": "somebody@else.example"})
    gone = submit_answers(session, demo_answers)
    session.commit()
    erase_person(session, gone.id, actor="prospect")
    session.commit()
    ask(application.email)
    handle_events()
    mails = {mail.subject: mail.text for mail in links_mailed(session)}
    assert len(mails) == 2
    for one in (application, second):
        text = mails[f"The link to your application ({one.reference})"]
        assert one.access_token in text
        assert f"for {one.company}, sent on {plain_date(one.submitted_at)}." in text
    assert other.reference not in str(mails)


def test_the_answer_is_the_same_whether_or_not_the_address_is_known(
    ask: Ask, session: Session, application: Application, handle_events: Handle
) -> None:
    def answer_to(email: str) -> str:
        answer = ask(email)
        assert answer.status_code == 200
        return answer.text.replace(str(escape(email)), "…")

    known = answer_to(application.email)
    assert "or a person has to look at your application first; we don’t say which" in known
    handle_events()
    assert len(links_mailed(session)) == 1
    for email in ("somebody@else.example", "%@client.example", "'OR'1'='1'@client.example"):
        assert answer_to(email) == known
    handle_events()
    assert len(links_mailed(session)) == 1


def test_an_erased_person_is_sent_no_mail(
    ask: Ask, session: Session, application: Application, handle_events: Handle
) -> None:
    email = application.email
    erase_person(session, application.id, actor="prospect")
    session.commit()
    ask(email)
    ask("")
    handle_events()
    assert links_mailed(session) == []


@pytest.mark.parametrize(
    ("fields", "status", "sentence"),
    [
        ({"email": ""}, 422, "Type the address."),
        ({"email": "ada@client"}, 422, "Enter an address like name@company.com."),
        ({"email": "a\x00b@client.example"}, 422, "can’t be stored"),
        ({"email": "a@b.example", "csrf_token": "old"}, 400, "too long"),
    ],
)
def test_an_invalid_request_is_explained_at_its_field(
    ask: Ask, fields: dict[str, str], status: int, sentence: str
) -> None:
    answer = ask(**fields)
    assert answer.status_code == status and sentence in answer.text


def test_one_network_address_can_ask_ten_times_an_hour(ask: Ask) -> None:
    answers = [ask("ada@client.example").status_code for _ in range(11)]
    assert answers == [200] * 10 + [429]


def test_the_link_is_mailed_at_most_three_times_an_hour_wherever_it_is_requested_from(
    ask: Ask,
    client: FlaskClient,
    session: Session,
    application: Application,
    handle_events: Handle,
) -> None:
    first, *later = [ask(application.email).data for _ in range(3)]
    client.environ_base["REMOTE_ADDR"] = "192.0.2.1"
    assert [*later, ask(application.email).data] == [first] * 3
    handle_events()
    assert len(links_mailed(session)) == 3


def test_simultaneous_requests_are_counted_one_by_one(
    app: Flask, session: Session, application: Application, demo_answers: dict[str, Any]
) -> None:
    email = application.email
    submit_answers(session, demo_answers)
    session.commit()

    def ask_once(_: int) -> None:
        with app.app_context():
            request_page_links(db.session(), email)
            db.session.commit()

    with ThreadPoolExecutor(max_workers=6) as pool:
        list(pool.map(ask_once, range(6)))
    requested = (
        select(func.count())
        .where(StoredEvent.type == "application.link_requested")
        .group_by(StoredEvent.stream)
    )
    assert list(db.session.scalars(requested)) == [3, 3]


def test_a_replaced_link_opens_nothing_and_the_new_one_is_mailed(
    client: FlaskClient,
    session: Session,
    application: Application,
    path: str,
    handle_events: Handle,
) -> None:
    replace_page_link(session, application.id, actor="staff:ada")
    session.commit()
    handle_events()
    assert client.get(path).data == client.get("/applications/nothing").data
    [mail] = links_mailed(session)
    assert path not in mail.text
    found = re.search(r"/applications/[\w-]+", mail.text)
    assert found
    assert "This page has a new address" in client.get(found[0]).text
