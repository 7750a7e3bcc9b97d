"""Editing an endpoint: what changes, and what becomes of messages under way."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.applications.events import ApplicationDeclined, MoreProvided
from app.events.store import read_stream
from app.events.types import stream_of
from app.platform.database import db, new_id
from app.webhooks import edit_views, service
from app.webhooks.events import WebhookEndpointChanged
from app.webhooks.models import WebhookEndpoint
from app.webhooks.tries import FAILURES_UNTIL_DISABLED
from tests.integration.waiting import waiting
from tests.integration.webhooks.conftest import (
    Add,
    Courier,
    Happen,
    Press,
    the_endpoint,
    token_of,
)
from tests.webhook_receiver import Reply, WebhookReceiver

TICKED = re.compile(r'<input\b[^>]*\bchecked\b[^>]*value="([^"]+)"')
SEEN = re.compile(r'name="seen" value="(\w+)"')
OLD, NEW = "http://old.invalid/hooks", "https://new.example/hooks"


def changes(session: Session, endpoint: WebhookEndpoint) -> list[object]:
    """The endpoint's edits, according to the log."""
    stream = read_stream(session, stream_of("webhook", endpoint.id))
    return [r.data for r in stream if r.type == "webhook.endpoint_changed"]


def move(session: Session, endpoint: WebhookEndpoint, url: str) -> None:
    service.change_endpoint(
        session,
        endpoint,
        url=url,
        description=endpoint.description,
        event_types=endpoint.event_types,
        with_personal=endpoint.with_personal,
        actor="staff:ada",
    )
    session.commit()


def test_the_edit_page_shows_the_endpoints_settings_but_never_its_secret(
    desk: FlaskClient, add: Add
) -> None:
    endpoint = add(MoreProvided.type, url=OLD, with_personal=True)
    page = desk.get(f"/staff/webhooks/{endpoint.id}/edit").text
    assert f'value="{OLD}"' in page and endpoint.secret not in page
    ticked = [found[1] for found in TICKED.finditer(page)]
    assert ticked == [MoreProvided.type, "y"]


def test_an_edit_changes_everything_but_the_secret_and_is_recorded_in_the_log(
    desk: FlaskClient, press: Press, add: Add, session: Session
) -> None:
    endpoint = add(url=OLD)
    secret = endpoint.secret
    fields = {"url": NEW, "description": "Their ERP", "event_types": ApplicationDeclined.type}
    answer = press(f"{endpoint.id}/edit", with_personal="y", **fields)
    assert [one.status_code for one in answer.history] == [303]
    assert "The endpoint is saved." in answer.text and secret not in answer.text
    endpoint = the_endpoint(session)
    assert (endpoint.url, endpoint.description, endpoint.secret) == (NEW, "Their ERP", secret)
    assert endpoint.event_types == [ApplicationDeclined.type] and endpoint.with_personal
    (told,) = changes(session, endpoint)
    assert told == WebhookEndpointChanged(
        host="new.example",
        event_types=[ApplicationDeclined.type],
        with_personal=True,
        is_moved=True,
    )


def test_saving_without_changes_records_no_change(press: Press, add: Add, session: Session) -> None:
    endpoint = add(url=NEW)
    press(f"{endpoint.id}/edit", url=NEW, event_types=MoreProvided.type)
    assert changes(session, the_endpoint(session)) == []


def test_an_outdated_page_shows_a_colleagues_change_before_it_can_overwrite_it(
    desk: FlaskClient, press: Press, add: Add, session: Session
) -> None:
    address = f"{add(url=NEW, with_personal=True).id}/edit"

    def seen_in(page: str) -> str:
        found = SEEN.search(page)
        assert found
        return found[1]

    before = seen_in(desk.get(f"/staff/webhooks/{address}").text)
    mine = {"url": NEW, "description": "Mine", "every_type": "y", "with_personal": "y"}
    press(address, url=NEW, description="", every_type="y", seen=before)  # theirs
    answer = press(address, **mine, seen=before)
    assert answer.status_code == 409 and "Somebody has changed the endpoint" in answer.text
    assert "Left out" in answer.text and 'value="Mine"' in answer.text
    assert not the_endpoint(session).with_personal
    for _ in range(2):  # a second click as well
        assert press(address, **mine, seen=seen_in(answer.text)).status_code == 200
    endpoint = the_endpoint(session)
    assert endpoint.with_personal and len(changes(session, endpoint)) == 2


@pytest.mark.parametrize(
    ("fields", "code", "problem"),
    [
        ({"url": "", "every_type": "y"}, 422, "Enter the address"),
        ({"url": "ftp://client.example/", "every_type": "y"}, 422, "has to start with https"),
        ({"url": NEW}, 422, "Choose every type, or at least one."),
        ({"url": NEW, "every_type": "y", "csrf_token": "old"}, 400, "open for too long"),
    ],
)
def test_an_invalid_edit_is_explained_and_changes_nothing(
    press: Press, add: Add, session: Session, fields: dict[str, str], code: int, problem: str
) -> None:
    endpoint = add(url=OLD)
    answer = press(f"{endpoint.id}/edit", description="Kept as typed", **fields)
    assert answer.status_code == code and problem in answer.text
    assert "Kept as typed" in answer.text and the_endpoint(session).url == OLD


def test_another_endpoints_address_is_refused_but_an_unchanged_one_is_accepted(
    press: Press, add: Add, session: Session
) -> None:
    first, second = add(url=OLD), add(url=NEW)
    answer = press(f"{second.id}/edit", url=OLD, every_type="y")
    assert answer.status_code == 422 and "There is an endpoint at this address" in answer.text
    session.refresh(second)
    assert second.url == NEW
    second.url = OLD  # a duplicate, which used to be possible
    session.commit()
    assert press(f"{first.id}/edit", url=OLD, every_type="y").status_code == 200
    session.refresh(first)
    assert first.event_types == []


def test_an_address_stored_in_another_spelling_stays_until_it_leads_elsewhere(
    press: Press, add: Add, session: Session
) -> None:
    endpoint = add(url="https://Old.example")
    endpoint.failures_in_a_row = 3
    session.commit()
    for url, expected, failures in (
        ("https://old.example/", "https://Old.example", 3),
        ("https://OLD.example/hooks", "https://old.example/hooks", 0),
    ):
        assert press(f"{endpoint.id}/edit", url=url, every_type="y").status_code == 200
        session.refresh(endpoint)
        assert (endpoint.url, endpoint.failures_in_a_row) == (expected, failures)


def test_when_two_people_take_an_address_at_once_the_second_is_refused(
    app: Flask, desk: FlaskClient, press: Press, add: Add, session: Session
) -> None:
    endpoint = add(url=OLD)
    told: list[int] = []
    sent = {"csrf_token": token_of(desk), "url": NEW, "every_type": "y"}

    def edit(_: Session) -> None:
        told.append(desk.post(f"/staff/webhooks/{endpoint_id}/edit", data=sent).status_code)

    endpoint_id, staff_id = endpoint.id, endpoint.created_by_id
    assert NEW not in service.hold_addresses(session)
    with waiting(app, edit):
        service.add_endpoint(
            session,
            url=NEW,
            description="",
            event_types=(),
            with_personal=False,
            staff_id=staff_id,
        )
        session.commit()
    assert told == [422]


def test_waiting_messages_go_to_the_new_address_immediately_and_their_tries_start_over(
    session: Session, add: Add, happen: Happen, courier: Courier, receiver: WebhookReceiver
) -> None:
    endpoint, event = add(url=OLD), happen()
    courier.work()
    session.execute(text("UPDATE webhook_endpoints SET failures_in_a_row = 4"))
    (message,) = courier.messages(endpoint)
    assert (message.status, message.tries) == ("waiting", 1)
    move(session, endpoint, receiver.url)
    assert endpoint.failures_in_a_row == 0
    courier.send_due()
    (message,) = courier.messages(endpoint)
    assert (message.status, message.tries) == ("delivered", 1)
    assert receiver.ids == [str(event.id)]


def test_an_edit_that_keeps_the_address_keeps_the_next_try_and_the_failures(
    session: Session, press: Press, add: Add, happen: Happen, courier: Courier
) -> None:
    endpoint = add(url=OLD)
    happen()
    courier.work()
    planned = courier.messages(endpoint)[0].next_try_at
    session.execute(text("UPDATE webhook_endpoints SET failures_in_a_row = 4"))
    session.commit()
    press(f"{endpoint.id}/edit", url=OLD, every_type="y")
    (message,) = courier.messages(endpoint)
    assert (message.tries, message.next_try_at) == (1, planned)
    assert endpoint.failures_in_a_row == 4


@pytest.mark.parametrize("status", [410, 500])
def test_the_last_answer_from_the_old_address_does_not_count_against_the_new_one(
    app: Flask,
    session: Session,
    add: Add,
    happen: Happen,
    courier: Courier,
    receiver: WebhookReceiver,
    status: int,
) -> None:
    endpoint = add()
    endpoint_id = endpoint.id
    event = happen()
    session.execute(
        text("UPDATE webhook_endpoints SET failures_in_a_row = :most"),
        {"most": FAILURES_UNTIL_DISABLED - 1},
    )
    session.commit()

    def move_and_refuse(before: int) -> Reply:
        if before:
            return Reply(200)
        with app.app_context():
            moved = db.session.get_one(WebhookEndpoint, endpoint_id)
            move(db.session(), moved, f"{receiver.url}/elsewhere")
        return Reply(status)

    receiver.answer = move_and_refuse
    courier.work()
    (message,) = courier.messages(endpoint)
    assert message.status == "delivered" and receiver.ids == [str(event.id)] * 2
    assert endpoint.is_enabled and endpoint.failures_in_a_row == 0


def test_a_change_of_types_applies_only_to_messages_not_yet_created(
    session: Session, press: Press, add: Add, happen: Happen, courier: Courier
) -> None:
    endpoint, before = add(url=OLD), happen()
    courier.fan_out()
    press(f"{endpoint.id}/edit", url=OLD.replace("http", "https"), event_types="deposit.paid")
    happen()
    courier.fan_out()
    assert [message.event_id for message in courier.messages(endpoint)] == [before.id]


def test_editing_a_deleted_endpoint_says_that_somebody_has_deleted_it(
    desk: FlaskClient, press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    deleted = WebhookEndpoint(id=new_id(), url=OLD)
    assert desk.get(f"/staff/webhooks/{deleted.id}/edit").status_code == 404
    assert "Somebody has deleted the endpoint" in press(f"{deleted.id}/edit").text
    monkeypatch.setattr(edit_views, "load", lambda _: deleted)
    assert "Somebody has deleted the endpoint" in press(f"{deleted.id}/edit").text
