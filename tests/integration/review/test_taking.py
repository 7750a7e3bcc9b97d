"""Two reviewers don't unknowingly work on one application: one takes it, the other is told."""

import re
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.accounts.models import Staff
from app.accounts.service import lock_account
from app.applications.erasure import erase_person
from app.applications.events import ApplicationPutBack, ApplicationTaken
from app.applications.models import Application
from app.applications.service import AlreadyDecided
from app.events.models import StoredEvent
from app.platform.database import db
from app.review import service
from app.review.queue.models import QueueRow
from app.review.queue.projection import QueueProjection
from app.review.queue.queries import NOBODY, Filters, next_to_decide, queue_page
from app.review.queue.rebuild import rebuild_queue
from app.review.taking import TakenMeanwhile
from tests.form_page import FormPage
from tests.integration.racing import race
from tests.integration.review.conftest import Decide, Handle, Press, Submit

TAKEN, PUT_BACK = ApplicationTaken.type, ApplicationPutBack.type


@pytest.fixture
def page(desk: FlaskClient, applied: Application) -> TestResponse:
    return desk.get(f"/staff/applications/{applied.id}")


def turns(session: Session) -> list[tuple[str, str]]:
    """What was taken and put back, with the actor of each."""
    session.rollback()
    events = session.scalars(
        select(StoredEvent)
        .where(StoredEvent.type.in_((TAKEN, PUT_BACK)))
        .order_by(StoredEvent.position)
    )
    return [(event.type, event.meta["actor"]) for event in events]


def section_of(page: TestResponse) -> str:
    return page.text.partition('id="taking"')[2].partition("</section>")[0]


def take(session: Session, application: Application, staff: Staff, seen: str = "") -> None:
    service.take(session, application.id, seen=seen, actor=staff.actor)
    session.commit()


def test_the_reviewer_who_takes_it_is_named_on_its_page_and_in_the_queue_immediately(
    desk: FlaskClient, other_desk: FlaskClient, page: TestResponse, press: Press
) -> None:
    assert "Nobody has taken it." in section_of(page)
    done = press(page, "take")
    assert done.status_code == 303 and done.location.endswith("#taking")
    own = section_of(desk.get(done.location))
    assert "You have it now." in own and "Put it back" in own and "Take it" not in own
    theirs = other_desk.get(done.location)
    assert "Ada Lovelace</bdi> has had it since" in section_of(theirs)
    assert "Take it over" in section_of(theirs) and "Put it back" not in section_of(theirs)
    assert 'Taken by <a href="#taking"><bdi>Ada Lovelace</bdi>' in theirs.text
    assert "Taken by <bdi>Ada Lovelace</bdi>" in other_desk.get("/staff/").text


def test_the_timeline_says_who_took_it_and_put_it_back(
    desk: FlaskClient, page: TestResponse, press: Press
) -> None:
    press(page, "take")
    done = press(page, "put-back")
    shown = desk.get(done.location)
    assert "You have put it back." in section_of(shown) and "Nobody has taken it." in shown.text
    timeline = shown.text.partition('id="timeline-title"')[2].partition("</section>")[0]
    assert re.search("Taken.*Ada Lovelace.*Put back.*Ada Lovelace", timeline, re.DOTALL)
    assert "Taken by" not in desk.get("/staff/").text.partition("<table")[2]


def test_pressing_a_button_twice_has_no_further_effect(
    session: Session, page: TestResponse, press: Press, ada: Staff
) -> None:
    for button in ("take", "take", "put-back", "put-back"):
        assert press(page, button).status_code == 303
    assert turns(session) == [(TAKEN, ada.actor), (PUT_BACK, ada.actor)]


def test_the_second_reviewer_is_told_who_has_it_and_can_take_it_over(
    session: Session,
    desk: FlaskClient,
    applied: Application,
    page: TestResponse,
    press: Press,
    ada: Staff,
    grace: Staff,
) -> None:
    take(session, applied, grace)
    told = desk.get(press(page, "take").location)
    assert "Grace Hopper has it now." in section_of(told)
    assert turns(session) == [(TAKEN, grace.actor)]
    press(told, "take")
    assert turns(session) == [(TAKEN, grace.actor), (TAKEN, ada.actor)]


def test_a_reviewer_cannot_put_back_what_a_colleague_has_taken_over(
    session: Session,
    desk: FlaskClient,
    applied: Application,
    page: TestResponse,
    press: Press,
    ada: Staff,
    grace: Staff,
) -> None:
    press(page, "take")
    take(session, applied, grace, seen=ada.actor)
    told = desk.get(press(page, "put-back").location)
    assert "Grace Hopper has it now." in section_of(told)
    assert turns(session)[-1] == (TAKEN, grace.actor)


def test_when_two_reviewers_take_it_at_the_same_time_one_gets_it_and_the_other_is_told(
    app: Flask, submit: Submit, session: Session
) -> None:
    def do(own: Session, application_id: UUID, deed: ApplicationTaken) -> None:
        try:
            service.take(own, application_id, seen="", actor=f"staff:{id(own)}")
        except TakenMeanwhile as told:
            raise AlreadyDecided from told

    ids = [submit().id for _ in range(20)]
    won, lost = race(app, ids, (ApplicationTaken(), ApplicationTaken()), do)
    assert sorted(lost) == sorted(ids) == sorted(one for one, _ in won)
    assert len(turns(session)) == len(ids)


def test_an_application_decided_in_the_meantime_cannot_be_taken(
    desk: FlaskClient, session: Session, page: TestResponse, press: Press, decide_and_send: Decide
) -> None:
    application = session.scalars(select(Application)).one()
    decide_and_send(desk, application, verdict="decline")
    told = desk.get(press(page, "take").location)
    assert "it is no longer waiting for anybody" in section_of(told)
    assert "Take it" not in section_of(told) and turns(session) == []
    assert 'id="taking"' not in desk.get(page.request.path).text


def test_taking_an_application_loses_nothing_typed_elsewhere_on_the_page(
    page: TestResponse, press: Press
) -> None:
    typed = {"verdict": "decline", "message": "Dear all", "text": "March is fine.", "note": "Why?"}
    kept = press(page, "take", **typed)
    assert kept.status_code == 200 and "You have it now." in kept.text
    values = {name: held[0].strip() for name, held in FormPage(kept.text).values.items()}
    assert {name: values[name] for name in typed} == typed


def test_an_expired_page_takes_nothing_and_keeps_what_was_typed(
    session: Session, desk: FlaskClient, page: TestResponse, press: Press
) -> None:
    answer = press(page, "take", csrf_token="old", message="Dear all")
    assert answer.status_code == 400 and turns(session) == []
    assert desk.get(answer.request.path).location == page.request.path
    assert "open for too long" in section_of(answer) and "Dear all" in answer.text


def test_a_page_opened_before_it_was_taken_can_still_be_used_to_decide(
    session: Session,
    applied: Application,
    page: TestResponse,
    press: Press,
    grace: Staff,
) -> None:
    take(session, applied, grace)
    assert press(page, "decision", verdict="decline").status_code == 200


def test_the_queue_can_be_filtered_by_reviewer_and_to_untaken_applications(
    session: Session,
    desk: FlaskClient,
    submit: Submit,
    handle_events: Handle,
    ada: Staff,
    grace: Staff,
) -> None:
    free, own, others = submit(company="Free"), submit(company="Own"), submit(company="Others")
    handle_events()
    take(session, own, ada)
    take(session, others, grace)
    listed = {}
    for taken in (NOBODY, ada.actor, grace.actor):
        rows = queue_page(session, Filters(status="all", taken=taken), None).rows
        listed[taken] = [row.company for row in rows]
    assert listed == {NOBODY: ["Free"], ada.actor: ["Own"], grace.actor: ["Others"]}
    page = desk.get(f"/staff/?taken={ada.actor}").text
    assert f'<option selected value="{ada.actor}">Me</option>' in page and "Show all again" in page
    following = next_to_decide(session, free.id, reviewer=ada.actor)
    assert following and following.application_id == own.id


def test_an_application_taken_by_somebody_who_has_left_is_next_to_decide_again(
    session: Session, submit: Submit, handle_events: Handle, ada: Staff, grace: Staff
) -> None:
    here, theirs = submit(), submit()
    handle_events()
    take(session, theirs, grace)
    assert next_to_decide(session, here.id, reviewer=ada.actor) is None
    lock_account(session, grace.email)
    session.commit()
    following = next_to_decide(session, here.id, reviewer=ada.actor)
    assert following and following.application_id == theirs.id


def test_who_took_it_can_be_verified_against_the_log_and_rebuilt_from_it(
    session: Session, owner: Engine, applied: Application, ada: Staff, handle_events: Handle
) -> None:
    take(session, applied, ada)
    handle_events()
    assert list(QueueProjection().verify(db.engine)) == []
    session.get_one(QueueRow, applied.id).taken_by = None
    session.commit()
    [difference] = QueueProjection().verify(db.engine)
    assert (difference.column, difference.expected) == ("taken_by", ada.actor)
    session.rollback()
    rebuild_queue(owner)
    session.expire_all()
    assert session.get_one(QueueRow, applied.id).taken_by == ada.actor


def test_an_erased_application_is_no_longer_taken_by_anybody(
    session: Session, applied: Application, ada: Staff, handle_events: Handle
) -> None:
    take(session, applied, ada)
    erase_person(session, applied.id, actor="prospect")
    session.commit()
    handle_events()
    assert session.get_one(QueueRow, applied.id, populate_existing=True).taken_by is None


def test_nothing_shown_or_exported_to_a_prospect_says_who_took_their_application(
    session: Session, client: FlaskClient, applied: Application, ada: Staff, handle_events: Handle
) -> None:
    own_page = f"/applications/{applied.access_token}"
    volatile = re.compile(r'(name="csrf_token"[^>]*value|name="form_id"[^>]*value|nonce)="[^"]*"')
    before = volatile.sub("", client.get(own_page).text)
    take(session, applied, ada)
    handle_events()
    assert volatile.sub("", client.get(own_page).text) == before
    for path in ("/export.json", "/trail.json"):
        handed_out = client.get(own_page + path)
        assert handed_out.status_code == 200
        assert ada.name not in handed_out.text and ada.actor not in handed_out.text
    assert TAKEN not in client.get(f"{own_page}/export.json").text
    trail = client.get(f"{own_page}/trail.json").json or {}
    [row] = [row for row in trail["streams"][0]["rows"] if row["type"] == TAKEN]
    assert "share out their work" in row["withheld"] and row["stated"] == {}
