"""On the staff's pages, a withdrawn application can't be decided and a late one says so."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.applications.erasure import erase_person
from app.applications.events import ApplicationDeclined
from app.applications.models import Application
from app.applications.service import (
    AlreadyDecided,
    decide_application,
    withdraw_application,
)
from app.events.due import record_due
from app.events.store import read_stream
from app.events.types import stream_of
from tests.integration.review.conftest import Decide, Handle, Submit


@pytest.fixture
def application(submit: Submit, handle_events: Handle) -> Application:
    application = submit()
    handle_events()
    return application


@pytest.fixture
def withdraw(
    session: Session, application: Application, handle_events: Handle
) -> Callable[[], None]:
    def withdraw() -> None:
        withdraw_application(session, application.id, "We have found somebody.")
        session.commit()
        handle_events()

    return withdraw


def page_of(desk: FlaskClient, application: Application) -> str:
    return desk.get(f"/staff/applications/{application.id}").text


def test_deciding_an_application_that_was_just_withdrawn_is_refused_and_explained(
    session: Session,
    desk: FlaskClient,
    application: Application,
    decide: Decide,
    withdraw: Callable[[], None],
) -> None:
    seen = str(application.version)
    withdraw()
    answer = decide(desk, application, verdict="decline", message="No time.", version=seen)
    assert answer.status_code == 409
    assert "The prospect has withdrawn it" in answer.text and "No time." in answer.text
    assert "It can no longer be decided." in answer.text
    session.refresh(application)
    assert application.status == "withdrawn"


def test_a_withdrawn_applications_page_has_no_form_and_says_who_withdrew_it_and_why(
    desk: FlaskClient, application: Application, decide: Decide, withdraw: Callable[[], None]
) -> None:
    withdraw()
    page = page_of(desk, application)
    assert "There is nothing left to decide." in page and 'name="verdict"' not in page
    assert f"Withdrawn by <bdi>{application.name}</bdi>" in page
    assert "We have found somebody." in page
    current = str(application.version)
    assert decide(desk, application, verdict="decline", version=current).status_code == 409


def test_the_queue_moves_a_withdrawn_application_from_open_to_its_own_tab(
    session: Session, desk: FlaskClient, application: Application, withdraw: Callable[[], None]
) -> None:
    assert application.company in desk.get("/staff/").text
    withdraw()
    assert application.company not in desk.get("/staff/").text
    tab = desk.get("/staff/?status=withdrawn").text
    assert application.company in tab and "Withdrawn <span>1</span>" in tab
    figures = "SELECT sum(amount) FROM queue_figures WHERE name = 'minutes_to_decision'"
    assert session.scalar(text(figures)) is None  # a withdrawal is not a decision


def test_an_erased_application_cannot_be_decided(
    session: Session, application: Application
) -> None:
    erase_person(session, application.id, actor="prospect")
    session.commit()
    verdict = ApplicationDeclined(message="")
    with pytest.raises(AlreadyDecided):
        decide_application(
            session, application.id, verdict, seen_version=application.version, actor="staff:ada"
        )


def test_an_erased_application_that_nobody_decided_still_has_a_page(
    session: Session, desk: FlaskClient, application: Application, handle_events: Handle
) -> None:
    erase_person(session, application.id, actor="prospect")
    session.commit()
    handle_events()
    page = page_of(desk, application)
    assert "Personal data erased by <bdi>the prospect</bdi>" in page
    assert desk.get(f"/staff/applications/{application.id}/history").status_code == 200


def test_queue_and_page_mark_an_answer_as_late_until_it_is_given(
    session: Session,
    desk: FlaskClient,
    application: Application,
    handle_events: Handle,
    decide_and_send: Decide,
) -> None:
    assert re.search(
        r"Answer promised by \w+day \d+\s\w+, 17:00 in New York \(2[12]:00\sUTC\)\.",
        page_of(desk, application),
    )
    assert "Answer late" not in desk.get("/staff/").text
    session.execute(text("UPDATE scheduled_events SET due_at = '2025-12-01 22:00Z'"))
    session.commit()
    record_due(session)
    handle_events()
    late = re.search(
        r"Answer late</span> since <time[^>]+><span>([^<]+)", page_of(desk, application)
    )
    assert late and late[1] == "1 Dec 2025, 17:00 EST"
    assert "Answer due, not given yet" in page_of(desk, application)
    assert "Answer late" in desk.get("/staff/").text
    session.refresh(application)
    decide_and_send(desk, application, verdict="ask", message="How many?")
    assert "Answer late" not in desk.get("/staff/?status=all").text
    events = read_stream(session, stream_of("application", application.id))
    assert [e.type for e in events].count("application.answer_due") == 1
