"""A lost link is mailed again to the prospect alone, and nobody learns who has applied."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.applications.erasure import erase_person
from app.applications.models import Application
from app.applications.page_link import replace_page_link, request_page_link
from app.database import db
from app.events.models import StoredEvent
from app.firm.brand import current_brand
from app.notifications.models import MailMessage
from tests.integration.portal.conftest import Ask

Handle = Callable[[], None]


def links_mailed(session: Session) -> list[MailMessage]:
    session.rollback()
    return list(session.scalars(select(MailMessage).filter_by(template="page_link")))


def test_the_link_goes_to_the_address_that_the_application_came_from(
    ask: Ask, session: Session, application: Application, path: str, handle_events: Handle
) -> None:
    answer = ask(f" {application.reference.lower()} ", application.email.upper())
    assert answer.status_code == 200
    handle_events()
    [mail] = links_mailed(session)
    assert mail.recipient == application.email and path in mail.text


def test_a_reference_that_was_read_out_and_misheard_is_understood(
    ask: Ask, session: Session, application: Application, handle_events: Handle
) -> None:
    application.reference = "CE-70M1-2Q9F"
    session.commit()
    ask("ce 7OMl 2q9f", application.email)
    handle_events()
    assert len(links_mailed(session)) == 1


def test_whatever_is_asked_for_the_answer_is_the_same(
    ask: Ask, session: Session, application: Application, handle_events: Handle
) -> None:
    known = ask(application.reference, application.email)
    handle_events()
    assert len(links_mailed(session)) == 1
    for reference, email in (
        (application.reference, "somebody@else.example"),
        ("CE-0000-0000", application.email),
        ("%", "%"),
        ("' OR 1=1 --", "x" * 254),
    ):
        answer = ask(reference, email)
        assert (answer.status_code, answer.data) == (200, known.data)
    handle_events()
    assert len(links_mailed(session)) == 1


def test_the_example_of_a_reference_begins_as_the_firms_do(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    brand = msgspec.structs.replace(current_brand(), reference_prefix="XYZ")
    monkeypatch.setitem(app.extensions, "brand", brand)
    for language, words in (("en", "looks like XYZ-7K3M-2Q9F."), ("de", "etwa XYZ-7K3M-2Q9F.")):
        assert words in client.get(f"/lost-link?lang={language}").text


def test_who_is_erased_is_mailed_nothing(
    ask: Ask, session: Session, application: Application, handle_events: Handle
) -> None:
    reference, email = application.reference, application.email
    erase_person(session, application.id, actor="prospect")
    session.commit()
    ask(reference, email)
    ask(reference, "")
    handle_events()
    assert links_mailed(session) == []


@pytest.mark.parametrize(
    ("fields", "status", "sentence"),
    [
        ({"reference": "", "email": ""}, 422, "answers need another look"),
        ({"reference": "a\x00b", "email": "ada@client.example"}, 422, "can’t be stored"),
        ({"reference": "CE-1", "email": "a@b.example", "csrf_token": "old"}, 400, "too long"),
    ],
)
def test_what_is_no_request_is_said_at_its_field(
    ask: Ask, fields: dict[str, str], status: int, sentence: str
) -> None:
    answer = ask(**fields)
    assert answer.status_code == status and sentence in answer.text


def test_one_address_can_ask_ten_times_an_hour(ask: Ask) -> None:
    answers = [ask("CE-0000-0000", "ada@client.example").status_code for _ in range(11)]
    assert answers == [200] * 10 + [429]


def test_the_link_is_mailed_three_times_an_hour_from_wherever_it_is_asked_for(
    ask: Ask,
    client: FlaskClient,
    session: Session,
    application: Application,
    handle_events: Handle,
) -> None:
    first, *later = [ask(application.reference, application.email).data for _ in range(3)]
    client.environ_base["REMOTE_ADDR"] = "192.0.2.1"
    assert [*later, ask(application.reference, application.email).data] == [first] * 3
    handle_events()
    assert len(links_mailed(session)) == 3


def test_requests_at_once_are_counted_one_by_one(app: Flask, application: Application) -> None:
    reference, email = application.reference, application.email

    def ask_once(_: int) -> None:
        with app.app_context():
            request_page_link(db.session(), reference, email)
            db.session.commit()

    with ThreadPoolExecutor(max_workers=6) as pool:
        list(pool.map(ask_once, range(6)))
    requested = select(func.count()).where(StoredEvent.type == "application.link_requested")
    assert db.session.scalar(requested) == 3


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
