"""Sending to a chat that works, is away, limits the rate, or refuses."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis as RedisClient
from sqlalchemy import text
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from app.chat.courier import LONGEST_REST, send_next_message
from app.chat.incoming_webhook import NotTaken, is_outage, post_to
from app.chat.models import ChatMessage
from app.chat.queries import CHAT_CIRCUIT
from app.chat.service import send_failed_again
from app.chat.tasks import send_messages, sweep_messages
from app.circuits.queries import is_refusing, list_circuits
from app.outbox import sending
from app.outbox.claims import count_due, requeue_orphans
from app.platform.database import utc_now
from app.platform.http_client.sender import Answer
from local.ports import HOST
from local.redis import Redis
from tests.certificate import Certificate
from tests.integration.chat.conftest import LINK, SECRET, Courier, Tell, messages, posted
from tests.webhook_receiver import Reply, WebhookReceiver

QUEUE = "celery"
BRIEFLY = 0.2
STORED = "SELECT string_agg(m::text, '') FROM chat_messages m"


def states(session: Session) -> list[tuple[str, int, str | None]]:
    return [(m.status, m.attempts, m.last_error) for m in messages(session)]


def test_messages_are_posted_once_in_the_order_they_were_written(
    session: Session, tell: Tell, courier: Courier, receiver: WebhookReceiver
) -> None:
    for line in ("One", "Two", "Three"):
        tell(line)
    courier.send_due()
    courier.send_due()
    assert [text.split("\n")[0] for text in posted(receiver)] == ["One", "Two", "Three"]
    assert states(session) == [("sent", 1, None)] * 3
    assert count_due(session, ChatMessage) == 0


@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_after_a_temporary_failure_the_message_is_retried_until_the_chat_takes_it(
    session: Session, tell: Tell, courier: Courier, receiver: WebhookReceiver, status: int
) -> None:
    receiver.answer = lambda before: Reply(status if before < 3 else 200)
    tell()
    for tries in (1, 2, 3):
        courier.send_due()
        assert states(session) == [("queued", tries, f"HTTP {status}")]
        courier.send_due()  # it is not due yet
        assert len(receiver.received) == tries
        courier.hurry()
    courier.send_due()
    assert states(session) == [("sent", 4, None)]


@pytest.mark.parametrize("status", [301, 302, 307, 400, 401, 403, 404, 410])
def test_a_message_that_the_chat_refuses_fails_immediately_and_holds_up_nothing(
    session: Session, tell: Tell, courier: Courier, receiver: WebhookReceiver, status: int
) -> None:
    with WebhookReceiver() as elsewhere:
        headers = (("location", elsewhere.url),)
        receiver.answer = lambda before: Reply(200 if before else status, headers)
        tell()
        tell()
        courier.send_due()
        assert elsewhere.received == [], "a redirect is not followed"
    assert states(session) == [("failed", 1, f"HTTP {status}"), ("sent", 1, None)]
    assert list_circuits(session) == []


def test_staff_can_have_a_refused_message_sent_again(
    session: Session, tell: Tell, courier: Courier, receiver: WebhookReceiver
) -> None:
    receiver.answer = lambda before: Reply(200 if before else 404)
    tell()
    courier.send_due()
    assert send_failed_again(session) == 1
    assert send_failed_again(session) == 0
    session.commit()
    assert states(session) == [("queued", 0, None)]
    courier.send_due()
    assert states(session) == [("sent", 1, None)]


@pytest.mark.parametrize(("asked_for", "given"), [(90, 90), (1_000_000, LONGEST_REST)])
def test_a_chat_that_limits_the_rate_is_left_alone_for_as_long_as_it_asks(
    session: Session,
    tell: Tell,
    courier: Courier,
    receiver: WebhookReceiver,
    asked_for: int,
    given: float,
) -> None:
    receiver.answer = lambda before: Reply(
        200 if before else 429, (("retry-after", f"{asked_for}"),)
    )
    tell("First")
    tell("Second")
    courier.send_due()
    tell("Third, written meanwhile")
    courier.send_due()
    assert len(receiver.received) == 1
    first = messages(session)[0]
    assert first.claimed_at
    assert given <= (first.not_before - first.claimed_at).total_seconds() < given + 60
    courier.hurry()
    courier.send_due()
    assert {status for status, *_ in states(session)} == {"sent"}
    assert len(receiver.received) == 4


def test_without_the_pause_a_chat_that_limits_the_rate_would_be_tried_again_immediately(
    tell: Tell, courier: Courier, receiver: WebhookReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: a message written in the meantime is not held back."""
    monkeypatch.setattr(NotTaken, "asks_to_wait", False)
    receiver.answer = lambda _: Reply(429, (("retry-after", "90"),))
    tell()
    courier.send_due()
    tell()
    courier.send_due()
    assert len(receiver.received) == 2


def test_a_chat_that_is_away_opens_its_circuit_and_a_probe_closes_it(
    app: Flask, session: Session, tell: Tell, courier: Courier, receiver: WebhookReceiver
) -> None:
    receiver.answer = lambda _: Reply(503)
    for _ in range(3):
        tell()
    while not is_refusing(session, CHAT_CIRCUIT):
        session.execute(text("UPDATE chat_messages SET not_before = now()"))
        session.commit()
        courier.send_due()
    tries = app.config["SITE"].CIRCUIT_MAX_FAILURES
    assert len(receiver.received) == tries == sum(attempts for _, attempts, _ in states(session))
    receiver.answer = lambda _: Reply()
    session.execute(text("UPDATE chat_messages SET not_before = now()"))
    session.commit()
    courier.send_due()
    assert len(receiver.received) == tries, "it is left alone"
    assert {status for status, *_ in states(session)} == {"queued"}
    courier.hurry()
    courier.send_due()
    assert {status for status, *_ in states(session)} == {"sent"}
    assert [circuit.state for circuit in list_circuits(session)] == ["closed"]


def test_a_message_that_a_dead_worker_was_sending_is_sent_again(
    session: Session, tell: Tell, courier: Courier, receiver: WebhookReceiver
) -> None:
    tell()
    session.execute(text("UPDATE chat_messages SET status = 'sending', claimed_at = now()"))
    session.commit()
    assert (
        not send_next_message(session, post_to(receiver.url))
        and count_due(session, ChatMessage) == 1
    )
    requeue_orphans(session, ChatMessage)
    assert send_next_message(session, post_to(receiver.url))
    assert states(session) == [("sent", 1, None)] and len(receiver.received) == 1


def test_no_transaction_is_open_while_a_message_is_posted(session: Session, tell: Tell) -> None:
    tell()
    was_open = []
    send_next_message(session, lambda _: was_open.append(session.in_transaction()))
    assert was_open == [False]


def test_the_chats_certificate_has_to_be_valid(
    session: Session, tell: Tell, tmp_path: Path
) -> None:
    with WebhookReceiver(Certificate(tmp_path, HOST).server) as stranger:
        tell()
        Courier(session, stranger.url).send_due()
        assert stranger.received == []
    assert states(session) == [("queued", 1, "tls_failed")]


def test_a_chat_that_hangs_counts_as_a_failed_try(
    session: Session,
    tell: Tell,
    webhook_url: str,
    receiver: WebhookReceiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("app.chat.incoming_webhook.POST_SECONDS", BRIEFLY)
    receiver.answer = receiver.hang
    tell()
    Courier(session, webhook_url).send_due()
    assert states(session) == [("queued", 1, "timed_out")]


@pytest.mark.parametrize("status", [200, 404, 500])
def test_the_webhooks_address_is_never_shown_or_logged(
    session: Session,
    tell: Tell,
    courier: Courier,
    receiver: WebhookReceiver,
    caplog: pytest.LogCaptureFixture,
    status: int,
) -> None:
    caplog.set_level("DEBUG")
    receiver.answer = lambda _: Reply(status, body=f"No hook {SECRET}".encode())
    tell()
    with capture_logs() as said:
        courier.send_due()
    assert len(receiver.received) == 1
    assert bool(said) is (status != 200) and "POST" in caplog.text
    stored = session.scalar(text(STORED))
    assert LINK in stored and SECRET not in f"{said} {caplog.text} {stored}"


def test_the_tasks_ring_a_worker_and_send_what_is_due(
    tell: Tell, receiver: WebhookReceiver, redis_server: Redis
) -> None:
    with RedisClient.from_url(redis_server.url) as broker:
        tell()
        assert broker.llen(QUEUE) == 1, "a worker is rung after the commit"
        sweep_messages()
        assert broker.llen(QUEUE) == 2
        send_messages()
        assert len(receiver.received) == 1
        sweep_messages()
        assert broker.llen(QUEUE) == 2


def test_a_courier_that_runs_out_of_time_asks_for_another_without_waiting_for_the_sweep(
    tell: Tell, receiver: WebhookReceiver, redis_server: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer_when_time_is_over(_: int) -> Reply:
        receiver.released.wait(2 * BRIEFLY)
        return Reply()

    tell()
    tell()
    monkeypatch.setattr(sending, "WORK_SECONDS", BRIEFLY)
    receiver.answer = answer_when_time_is_over
    with RedisClient.from_url(redis_server.url) as broker:
        broker.flushall()
        send_messages()
        assert (len(receiver.received), broker.llen(QUEUE)) == (1, 1)


def test_without_the_setting_queued_messages_are_kept_and_no_worker_is_rung(
    session: Session,
    client: FlaskClient,
    tell: Tell,
    receiver: WebhookReceiver,
    redis_server: Redis,
    change_settings: Callable[..., None],
) -> None:
    tell()
    waiting = 'chat_messages{status="queued"}'
    assert f"{waiting} 1.0" in client.get("/metrics").text
    change_settings(CHAT_WEBHOOK_URL="")
    with RedisClient.from_url(redis_server.url) as broker:
        broker.flushall()
        sweep_messages()
        send_messages()
        assert broker.llen(QUEUE) == 0
    assert receiver.received == [] and states(session) == [("queued", 0, None)]
    assert waiting not in client.get("/metrics").text


@pytest.mark.parametrize(
    ("status", "outage", "refusal"),
    [
        *((None, True, False), (500, True, False), (503, True, False)),
        *((408, False, False), (429, False, False)),
        *((302, False, True), (400, False, True), (404, False, True)),
    ],
)
def test_only_trouble_with_the_chat_itself_counts_as_an_outage(
    status: int | None, outage: bool, refusal: bool
) -> None:
    answer = Answer(
        started_at=utc_now(),
        duration_ms=1,
        status=status,
        error=None if status else "not_reached",
    )
    failure = NotTaken(answer)
    assert (is_outage(failure), failure.is_refusal) == (outage, refusal)
