"""Sending: tries and what is noted about them, replays, disabled endpoints."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.events.models import StoredEvent
from app.notifications.models import MailMessage
from app.platform.database import db
from app.platform.outbound_hold.service import hold_outbound, release_outbound
from app.webhooks import claims
from app.webhooks import courier as courier_module
from app.webhooks.claims import count_due
from app.webhooks.messages import replay_failed, replay_message
from app.webhooks.queries import tries_of
from app.webhooks.service import disable_endpoint, enable_endpoint
from app.webhooks.tries import FAILURES_UNTIL_DISABLED, MOST_TRIES
from tests.integration.webhooks.conftest import Add, Courier, Happen
from tests.webhook_receiver import Reply, WebhookReceiver


def always(status: int) -> Callable[[int], Reply]:
    return lambda _: Reply(status)


def fail_for_good(courier: Courier) -> None:
    """Use up the tries of everything that waits."""
    for _ in range(MOST_TRIES):
        courier.send_due()
        courier.hurry()


def reasons(session: Session) -> list[str]:
    """Why endpoints were disabled, according to the log."""
    disabled = select(StoredEvent).where(StoredEvent.type == "webhook.endpoint_disabled")
    return [event.data["because"] for event in session.scalars(disabled)]


def test_a_server_that_fails_at_first_gets_the_same_message_again(
    session: Session, add: Add, happen: Happen, courier: Courier, receiver: WebhookReceiver
) -> None:
    receiver.answer = lambda before: Reply(500 if before < 2 else 200, body=b"<b>try %d" % before)
    endpoint, event = add(), happen()
    courier.work()
    (message,) = courier.messages(endpoint)
    assert (message.status, message.tries) == ("waiting", 1)
    courier.send_due()
    assert len(receiver.received) == 1  # it is not due yet
    for _ in range(2):
        courier.hurry()
        courier.send_due()
    (message,) = courier.messages(endpoint)
    assert (message.status, message.tries) == ("delivered", 3)
    assert receiver.ids == [str(event.id)] * 3
    tries = tries_of(session, message.id)
    assert [(a.http_status, a.answer) for a in tries] == [
        (200, "<b>try 2"),
        (500, "<b>try 1"),
        (500, "<b>try 0"),
    ]
    assert count_due(session) == 0


def test_a_hold_stops_a_courier_in_the_middle_of_its_work(
    session: Session,
    add: Add,
    happen: Happen,
    courier: Courier,
    receiver: WebhookReceiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine = db.engine  # the server's thread has no app of its own

    def answer_and_hold(_: int) -> Reply:
        with Session(engine) as other:
            hold_outbound(other, actor="operator:ada")
            other.commit()
        return Reply(200)

    monkeypatch.setattr(courier_module, "MOST_IN_FLIGHT", 1)
    receiver.answer = answer_and_hold
    endpoint = add()
    for _ in range(3):
        happen()
    courier.work()
    statuses = sorted(message.status for message in courier.messages(endpoint))
    assert statuses == ["delivered", "waiting", "waiting"] and count_due(session) == 0
    release_outbound(session, actor="operator:ada")
    session.commit()
    assert count_due(session) == 2


def test_a_message_fails_after_its_last_try_and_is_not_sent_again(
    session: Session, add: Add, happen: Happen, courier: Courier, receiver: WebhookReceiver
) -> None:
    receiver.answer = always(500)
    endpoint = add()
    happen()
    courier.fan_out()
    fail_for_good(courier)
    courier.send_due()
    (message,) = courier.messages(endpoint)
    assert (message.status, message.tries) == ("failed", MOST_TRIES)
    assert len(receiver.received) == MOST_TRIES
    assert endpoint.failures_in_a_row == 1 and endpoint.is_enabled


def test_failed_and_delivered_messages_can_be_replayed_under_the_same_ids(
    session: Session, add: Add, happen: Happen, courier: Courier, receiver: WebhookReceiver
) -> None:
    receiver.answer = always(500)
    endpoint, event = add(), happen()
    courier.fan_out()
    (message,) = courier.messages(endpoint)
    assert not replay_message(session, message.id)
    fail_for_good(courier)
    receiver.answer = always(200)
    assert replay_message(session, message.id) and not replay_message(session, message.id)
    session.commit()
    courier.send_due()
    assert courier.messages(endpoint)[0].status == "delivered"
    assert replay_message(session, message.id)
    session.commit()
    courier.send_due()
    assert set(receiver.ids) == {str(event.id)}
    assert len(receiver.received) == MOST_TRIES + 2


def test_a_replay_since_a_time_covers_the_failed_messages_since_then_and_no_others(
    session: Session, add: Add, happen: Happen, courier: Courier, receiver: WebhookReceiver
) -> None:
    receiver.answer = always(500)
    endpoint = add()
    for _ in range(3):
        happen()
        courier.fan_out()
    fail_for_good(courier)
    second = courier.messages(endpoint)[1]
    assert replay_failed(session, endpoint.id, second.created_at) == 2
    session.commit()
    assert [m.status for m in courier.messages(endpoint)] == ["failed", "waiting", "waiting"]


def test_an_endpoint_that_fails_message_after_message_is_disabled_and_staff_are_told(
    session: Session,
    add: Add,
    happen: Happen,
    courier: Courier,
    receiver: WebhookReceiver,
    handle_events: Callable[[], None],
) -> None:
    receiver.answer = always(500)
    endpoint = add()
    for _ in range(FAILURES_UNTIL_DISABLED):
        happen()
    courier.fan_out()
    fail_for_good(courier)
    session.refresh(endpoint)
    assert (endpoint.status, endpoint.disabled_because) == ("disabled", "failing")
    assert reasons(session) == ["failing"]
    handle_events()
    (mail,) = session.scalars(select(MailMessage).filter_by(template="webhook_disabled"))
    assert mail.recipient == "staff@champlin.example"
    assert f"/staff/webhooks/{endpoint.id}" in mail.text


def test_staff_are_not_told_about_an_endpoint_they_disabled_themselves(
    session: Session, add: Add, handle_events: Callable[[], None]
) -> None:
    disable_endpoint(session, add(), because="staff", actor="staff:ada")
    session.commit()
    handle_events()
    assert reasons(session) == ["staff"]
    assert session.scalars(select(MailMessage)).all() == []


def test_one_success_clears_the_failures_before_it(
    session: Session, add: Add, happen: Happen, courier: Courier, receiver: WebhookReceiver
) -> None:
    receiver.answer = always(500)
    endpoint = add()
    for _ in range(FAILURES_UNTIL_DISABLED - 1):
        happen()
    courier.fan_out()
    fail_for_good(courier)
    receiver.answer = always(200)
    happen()
    courier.work()
    session.refresh(endpoint)
    assert endpoint.is_enabled and endpoint.failures_in_a_row == 0


def test_a_server_that_answers_gone_is_sent_nothing_more(
    session: Session,
    add: Add,
    happen: Happen,
    courier: Courier,
    receiver: WebhookReceiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(claims, "MOST_IN_FLIGHT_EACH", 1)
    receiver.answer = always(410)
    endpoint = add()
    for _ in range(3):
        happen()
    courier.work()
    assert len(receiver.received) == 1
    assert [m.status for m in courier.messages(endpoint)] == ["failed", "waiting", "waiting"]
    assert endpoint.disabled_because == "gone" and reasons(session) == ["gone"]
    receiver.answer = always(200)
    enable_endpoint(session, endpoint, actor="staff:ada")
    session.commit()
    courier.send_due()
    statuses = [m.status for m in courier.messages(endpoint)]
    assert statuses == ["failed", "delivered", "delivered"]


def test_a_server_that_hangs_costs_a_try_and_is_tried_again_later(
    session: Session, add: Add, happen: Happen, courier: Courier, receiver: WebhookReceiver
) -> None:
    receiver.answer = receiver.hang
    endpoint = add()
    happen()
    courier.fan_out()
    courier.send_due(total_seconds=0.3)
    (message,) = courier.messages(endpoint)
    (tried,) = tries_of(session, message.id)
    assert (message.status, tried.error, tried.http_status) == ("waiting", "timed_out", None)
