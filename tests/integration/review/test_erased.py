"""The staff's pages about an erased person: they say what is still known and leave out the rest."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.applications.erasure import erase_person
from app.applications.models import Application
from app.engagements.queries import engagement_of
from app.engagements.service import accept_terms
from app.notifications.models import MailMessage
from app.platform.database import utc_now

Submit = Callable[..., Application]
Handle = Callable[[], None]
Decide = Callable[..., TestResponse]
Erase = Callable[[], None]
BADGES = re.compile(r'<span class="badge[^"]*">(\w+)</span>')
HEAD = re.compile(r'<header class="page-head.*?</header>', re.DOTALL)
SECTION = re.compile(r'<section class="section" id="decide".*?</section>', re.DOTALL)
EMPTY_NAME = re.compile(r'<bdi></bdi>|To\s*,|by\s*[,;]|table__note">\s*,|\u2068\u2069')


@pytest.fixture
def application(submit: Submit, handle_events: Handle) -> Application:
    """An application that leaves something to ask."""
    application = submit(decider="unclear")
    handle_events()
    return application


@pytest.fixture
def erase(session: Session, application: Application, handle_events: Handle) -> Erase:
    """Have all mail sent, then erase the prospect's data at their request."""

    def erase() -> None:
        handle_events()
        session.execute(update(MailMessage).values(status="sent", sent_at=utc_now()))
        erase_person(session, application.id, actor="prospect")
        session.commit()
        handle_events()

    return erase


def page_of(desk: FlaskClient, application: Application) -> str:
    return desk.get(f"/staff/applications/{application.id}").text


def test_one_sentence_replaces_the_answers_and_nothing_is_left_to_ask_or_answer(
    desk: FlaskClient, application: Application, erase: Erase
) -> None:
    before = page_of(desk, application)
    assert "Still to ask" in before and "Strong fit: answer today" in before
    erase()
    page = page_of(desk, application)
    assert "Not given" not in page and "Still to ask" not in page
    assert "Strong fit" in page and "answer today" not in page.partition('id="mail-title"')[0]
    assert page.count("with everything else that was stored about the person") == 1


def test_page_and_queue_still_show_the_verdict_after_erasure(
    desk: FlaskClient, application: Application, decide_and_send: Decide, erase: Erase
) -> None:
    decide_and_send(desk, application, verdict="decline")
    erase()
    page = page_of(desk, application)
    decision = SECTION.search(page)
    head = HEAD.search(page)
    assert decision and "Declined by <bdi>Ada Lovelace</bdi>" in decision[0]
    assert head and BADGES.findall(head[0]) == ["Declined"]
    assert BADGES.findall(desk.get("/staff/?status=declined").text) == ["Declined"]


def test_no_page_leaves_a_gap_where_an_erased_name_stood(
    desk: FlaskClient,
    session: Session,
    application: Application,
    decide_and_send: Decide,
    handle_events: Handle,
    erase: Erase,
) -> None:
    decide_and_send(desk, application, verdict="accept", kind="sprint")
    handle_events()
    engagement = engagement_of(session, application.id)
    assert engagement
    accept_terms(session, engagement, name="Marguerite Okonkwo", seen_version=engagement.version)
    session.commit()
    erase()
    paths = (
        f"/staff/applications/{application.id}",
        f"/staff/applications/{application.id}/history",
        f"/staff/engagements/{engagement.id}/payment",
        "/staff/?status=all",
        "/staff/engagements/",
    )
    for path in paths:
        page = desk.get(path).text
        assert application.reference in page, path
        assert not EMPTY_NAME.search(page), path


def test_sent_mail_is_shown_as_erased(
    desk: FlaskClient, application: Application, erase: Erase
) -> None:
    erase()
    page = page_of(desk, application)
    assert "Its text and recipient are erased, <time" in page
    assert "<summary>Erased</summary>" not in page
