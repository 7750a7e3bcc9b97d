"""What each span says, and what happens to spans when things go wrong."""

import uuid
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.events.models import StoredEvent
from app.events.subscription import current_subscriptions
from app.events.tracing import resuming
from app.notifications.courier import send_next_mail
from app.notifications.models import MailMessage
from app.notifications.smtp import smtp_sender
from app.platform.retry import RetryPolicy
from config import Config
from tests.collector import Collector
from tests.demo_applications import STRONG
from tests.smtp_sink import SmtpSink
from tests.submitted import submit_answers

Sent = Callable[[], Collector]


def test_a_requests_span_names_its_route_and_never_its_path(
    client: FlaskClient, sent: Sent
) -> None:
    client.get("/applications/a-secret-token")
    client.get("/no/such/page")
    client.open("/", method="ADA@CLIENT.EXAMPLE")
    client.get("/healthz")
    one, none, odd = sent().spans
    assert (one.name, one.kind, one.parent_id) == ("GET /applications/<token>", "server", "")
    assert one.attributes == {
        "http.request.method": "GET",
        "http.route": "/applications/<token>",
        "http.response.status_code": 404,
        "url.scheme": "http",
    }
    assert (none.name, none.attributes["http.response.status_code"]) == ("GET", 404)
    assert (odd.name, odd.attributes["http.request.method"]) == ("HTTP", "_OTHER")


def test_a_request_that_crashes_leaves_a_failed_span(
    app: Flask, client: FlaskClient, sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(**_: object) -> str:
        raise RuntimeError("ada@client.example")

    monkeypatch.setitem(app.view_functions, "content.home", crash)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    assert client.get("/").status_code == 500
    collector = sent()
    (span,) = collector.spans
    assert span.is_error and span.attributes["error.type"] == "500"
    assert b"ada@client.example" not in b"".join(collector.bodies)


def test_a_requests_span_has_the_trace_id_that_its_answer_names(
    client: FlaskClient, sent: Sent
) -> None:
    answer = client.get("/", headers={"traceparent": f"00-{'a' * 32}-{'b' * 16}-01"})
    (span,) = sent().spans
    assert span.trace_id == answer.headers["X-Request-ID"] != "a" * 32, "no proxy is trusted here"
    assert span.parent_id == ""


def test_a_rollback_leaves_no_span(session: Session, sent: Sent) -> None:
    submit_answers(session, STRONG)
    session.rollback()
    assert sent().spans == []


def test_a_correlation_id_that_is_not_a_trace_id_is_hashed_into_one(
    session: Session, sent: Sent
) -> None:
    with resuming("a-proxys-own-id", None):
        submit_answers(session, STRONG)
    session.commit()
    (span,) = sent().spans
    event_id = session.scalars(select(StoredEvent.id)).one()
    assert span.name == "record application.submitted"
    assert (span.trace_id[:8], span.span_id) == ("eec16b55", event_id.hex[16:])


def test_a_failing_subscribers_span_names_only_the_kind_of_failure(
    session: Session,
    handle_events: Callable[[], None],
    sent: Sent,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> None:
        raise LookupError("ada@client.example")

    monkeypatch.setitem(current_subscriptions()._by_name, "scoring.score_fit", fail)
    submit_answers(session, STRONG)
    session.commit()
    handle_events()
    collector = sent()
    (span,) = collector.named("deliver scoring.score_fit")
    assert span.is_error and span.kind == "consumer"
    event_id = session.scalars(
        select(StoredEvent.id).where(StoredEvent.type == "application.submitted")
    ).one()
    assert span.attributes == {
        "messaging.operation.type": "process",
        "messaging.consumer.group.name": "scoring.score_fit",
        "cloudevents.event_id": str(event_id),
        "cloudevents.event_type": "application.submitted",
        "cloudevents.event_subject": span.attributes["cloudevents.event_subject"],
        "delivery.attempt": 1,
        "delivery.outcome": "dead",
        "error.type": "LookupError",
    }
    (dead,) = collector.named("record delivery.dead_lettered")
    assert dead.parent_id == span.span_id
    assert b"ada@client.example" not in b"".join(collector.bodies)


def test_each_try_to_send_a_mail_has_its_own_span(
    session: Session, handle_events: Callable[[], None], sent: Sent, config: Config
) -> None:
    submit_answers(session, STRONG)
    session.commit()
    handle_events()
    with SmtpSink() as sink:
        sink.refuse_first(1, "550 No such user ada@client.example")
        smtp = smtp_sender(f"smtp://127.0.0.1:{sink.port}")
        policy = RetryPolicy(base=1, cap=1, max_attempts=20)
        for _ in range(3):
            send_next_mail(session, smtp, sender="firm@firm.example", policy=policy)
            session.execute(text("UPDATE mail_messages SET not_before = now()"))
            session.commit()
    collector = sent()
    tries = [span for span in collector.spans if span.name.startswith("send mail")]
    assert {span.kind for span in tries} == {"client"}
    failed, *went = sorted(tries, key=lambda span: not span.is_error)
    assert failed.attributes["error.type"] == "NotTaken"
    assert len(went) == 2 and not any(span.is_error for span in went)
    mails = {mail.id: mail for mail in session.scalars(select(MailMessage))}
    for span in tries:
        mail = mails[uuid.UUID(str(span.attributes["mail.id"]))]
        assert span.attributes["mail.template"] == mail.template
        (writing,) = collector.named(f"write mail {mail.template}")
        assert span.parent_id == writing.span_id
    assert b"@client.example" not in b"".join(collector.bodies)
