"""Sending side by side: fair shares, one courier at work, and workers that die."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis as RedisClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.events.models import StoredEvent
from app.platform.database import db
from app.webhooks import claims, tasks
from app.webhooks.claims import count_due, requeue_orphans
from app.webhooks.courier import MOST_IN_FLIGHT
from app.webhooks.models import WebhookEndpoint, WebhookMessage, WebhookTry
from app.webhooks.queries import tries_of
from app.webhooks.service import delete_endpoint
from app.webhooks.tasks import send_messages, sweep_webhooks
from app.webhooks.tries import MOST_TRIES
from local.redis import Redis
from tests.integration.conftest import Tamper
from tests.integration.events.conftest import record_from_tomorrow
from tests.integration.webhooks.conftest import Add, Courier, Happen
from tests.site import eventually
from tests.webhook_receiver import Reply, WebhookReceiver

QUEUE = "celery"
BRIEFLY = 0.2


@contextmanager
def courier_at_work(app: Flask) -> Iterator[None]:
    """Another worker, which sends everything due while the test goes on."""

    def work() -> None:
        with app.app_context():
            Courier(db.session()).send_due()

    thread = Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def test_a_message_only_a_newer_release_can_read_is_put_off_and_holds_up_no_other(
    session: Session, add: Add, happen: Happen, courier: Courier, receiver: WebhookReceiver
) -> None:
    endpoint = add()
    happen()
    record_from_tomorrow(session)
    unreadable = session.scalars(select(StoredEvent).filter_by(type="thing.from_tomorrow")).one()
    session.add(WebhookMessage(event_id=unreadable.id, endpoint_id=endpoint.id))
    session.commit()
    courier.work()
    assert len(receiver.received) == 1
    outcomes = {(message.status, message.tries) for message in courier.messages(endpoint)}
    assert outcomes == {("waiting", 0), ("delivered", 1)}


def test_a_message_whose_event_was_altered_fails_and_holds_up_no_other(
    session: Session,
    add: Add,
    happen: Happen,
    courier: Courier,
    receiver: WebhookReceiver,
    tamper: Tamper,
    desk: FlaskClient,
) -> None:
    endpoint, altered = add(), happen()
    later = happen()
    tamper(f"UPDATE events SET sealed = sealed || 'x' WHERE id = '{altered.id}'")
    sweep_webhooks()
    courier.send_due()
    assert receiver.ids == [str(later.id)]
    failed, delivered = courier.messages(endpoint)
    assert [(m.event_id, m.status) for m in (failed, delivered)] == [
        (altered.id, "failed"),
        (later.id, "delivered"),
    ]
    assert endpoint.failures_in_a_row == 0
    assert "was altered since" in desk.get(f"/staff/webhooks/messages/{failed.id}").text


def test_an_endpoint_that_never_answers_holds_up_no_other(
    app: Flask, add: Add, happen: Happen, courier: Courier, receiver: WebhookReceiver
) -> None:
    with WebhookReceiver() as stuck:
        stuck.answer = stuck.hang
        add(url=stuck.url)
        for _ in range(20):
            happen()
        add()
        for _ in range(20):
            happen()
        courier.fan_out()
        with courier_at_work(app):
            eventually(lambda: len(receiver.received) == 20)
            assert len(stuck.received) == claims.MOST_IN_FLIGHT_EACH
            stuck.released.set()
        assert len(stuck.received) == 40


def test_without_a_limit_per_endpoint_one_that_hangs_would_hold_up_the_others(
    app: Flask,
    add: Add,
    happen: Happen,
    courier: Courier,
    receiver: WebhookReceiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The control: what the limit per endpoint is for."""
    monkeypatch.setattr(claims, "MOST_IN_FLIGHT_EACH", MOST_IN_FLIGHT)
    with WebhookReceiver() as stuck:
        stuck.answer = stuck.hang
        add(url=stuck.url)
        for _ in range(20):
            happen()
        add()
        happen()
        courier.fan_out()
        with courier_at_work(app):
            eventually(lambda: len(stuck.received) == MOST_IN_FLIGHT)
            assert receiver.received == []
            stuck.released.set()
        assert len(receiver.received) == 1


def test_a_message_that_a_dead_worker_was_sending_is_sent_again_under_the_same_id(
    session: Session, add: Add, happen: Happen, courier: Courier, receiver: WebhookReceiver
) -> None:
    endpoint, event = add(), happen()
    courier.fan_out()
    claims.claim_due(session, "https://firm.example", most=1)  # and the worker dies
    courier.send_due()
    assert receiver.received == []
    assert count_due(session) == 1
    requeue_orphans(session)
    courier.send_due()
    assert receiver.ids == [str(event.id)]
    assert courier.messages(endpoint)[0].status == "delivered"


def test_a_message_that_kills_every_worker_is_given_up(
    session: Session, add: Add, happen: Happen, courier: Courier
) -> None:
    endpoint = add()
    happen()
    courier.fan_out()
    for _ in range(MOST_TRIES):
        claims.claim_due(session, "https://firm.example", most=1)
        requeue_orphans(session)
    assert courier.messages(endpoint)[0].status == "failed"


def test_an_endpoint_deleted_during_a_delivery_takes_its_messages_with_it(
    app: Flask,
    session: Session,
    add: Add,
    happen: Happen,
    courier: Courier,
    receiver: WebhookReceiver,
) -> None:
    endpoint_id = add().id
    happen()

    def delete_first(_: int) -> Reply:
        with app.app_context(), Session(db.engine) as other:
            delete_endpoint(other, other.get_one(WebhookEndpoint, endpoint_id), actor="staff:ada")
            other.commit()
        return Reply()

    receiver.answer = delete_first
    courier.work()
    assert session.get(WebhookEndpoint, endpoint_id, populate_existing=True) is None
    assert session.scalars(select(WebhookTry)).all() == []
    assert session.scalar(text("SELECT count(*) FROM webhook_messages")) == 0


def test_the_tasks_fan_out_and_send(
    add: Add, happen: Happen, courier: Courier, receiver: WebhookReceiver
) -> None:
    endpoint, event = add(), happen()
    sweep_webhooks()
    send_messages()
    assert receiver.ids == [str(event.id)]
    assert courier.messages(endpoint)[0].status == "delivered"


def test_messages_still_due_when_the_couriers_time_is_over_are_not_left_to_the_sweep(
    add: Add,
    happen: Happen,
    courier: Courier,
    receiver: WebhookReceiver,
    redis_server: Redis,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def answer_when_time_is_over(_: int) -> Reply:
        receiver.released.wait(2 * BRIEFLY)
        return Reply()

    add()
    for _ in range(claims.MOST_IN_FLIGHT_EACH + 1):
        happen()
    courier.fan_out()
    monkeypatch.setattr(tasks, "COURIER_SECONDS", BRIEFLY)
    receiver.answer = answer_when_time_is_over
    with RedisClient.from_url(redis_server.url) as broker:
        broker.flushall()
        send_messages()
        assert (len(receiver.received), broker.llen(QUEUE)) == (claims.MOST_IN_FLIGHT_EACH, 1)
        send_messages()
        assert (len(receiver.received), broker.llen(QUEUE)) == (claims.MOST_IN_FLIGHT_EACH + 1, 1)


def test_without_the_setting_the_tasks_send_nothing_to_private_addresses(
    session: Session,
    add: Add,
    happen: Happen,
    courier: Courier,
    receiver: WebhookReceiver,
    change_settings: Callable[..., None],
) -> None:
    change_settings(WEBHOOK_ALLOW_PRIVATE=False)
    endpoint = add(url=receiver.url.replace("http:", "https:"))
    happen()
    sweep_webhooks()
    send_messages()
    (message,) = courier.messages(endpoint)
    (tried,) = tries_of(session, message.id)
    assert (message.status, tried.error) == ("waiting", "address_refused")
    assert receiver.received == []
