"""Who may open which staff page. The pages come from the URL map, so that no new one is missed."""

import io
import uuid
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select, text
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from app.accounts.models import Staff
from app.applications.models import Application
from app.attachments.models import Attachment
from app.engagements.models import Engagement
from app.engagements.service import accept_terms
from app.events.models import Delivery, StoredEvent
from app.operations.replay.service import choose_dead_letters
from app.platform.database import utc_now
from app.platform.storage.address import current_storage
from app.webhooks.messages import send_test
from app.webhooks.service import add_endpoint

SIGNING_IN = {"accounts.login", "accounts.try_login", "second_step.ask", "second_step.try_code"}


def staff_routes(app: Flask) -> list[Rule]:
    return [
        rule
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/staff") and rule.endpoint not in SIGNING_IN
    ]


def address(app: Flask, rule: Rule, identity: uuid.UUID, **others: uuid.UUID) -> str:
    known = others
    values = {name: known.get(name, identity) for name in rule.arguments}
    return app.url_map.bind("localhost").build(rule.endpoint, values)


def test_there_are_staff_routes(app: Flask) -> None:
    endpoints = {rule.endpoint for rule in staff_routes(app)}
    assert {"queue.index", "review.decide", "engagements.index", "accounts.logout"} <= endpoints


def test_without_a_login_every_staff_route_redirects_to_the_login_page(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)
    for rule in staff_routes(app):
        for method in rule.methods or ():
            if method == "OPTIONS":
                continue
            answer = client.open(address(app, rule, uuid.uuid4()), method=method)
            assert answer.status_code == 302, f"{method} {rule.rule}"
            assert answer.location.startswith("/staff/login"), f"{method} {rule.rule}"


def test_a_post_without_a_csrf_token_is_refused_on_every_staff_route(
    app: Flask, desk: FlaskClient
) -> None:
    for rule in staff_routes(app):
        if "POST" in (rule.methods or ()):
            answer = desk.post(address(app, rule, uuid.uuid4()))
            assert answer.status_code in {400, 404}, rule.rule


@pytest.fixture
def one_of_each(
    ada: Staff,
    submit: Callable[[], Application],
    handle_events: Callable[[], None],
    session: Session,
) -> dict[str, uuid.UUID]:
    """One object for each staff page to show, keyed by the variable in the page's address."""
    application = submit()
    handle_events()
    engagement = session.scalars(select(Engagement)).one()
    engagement.status = "offered"
    session.flush()
    accept_terms(session, engagement, name="Ada Marsh", seen_version=engagement.version)
    session.execute(
        text("UPDATE deliveries SET status='dead', done_at=NULL, last_error='Error: x'")
    )
    [delivery_id] = session.scalars(select(Delivery.id).limit(1))
    webhook = add_endpoint(
        session,
        url="https://client.example/",
        description="",
        event_types=[],
        with_personal=False,
        staff_id=ada.id,
    )
    known = {
        "application_id": application.id,
        "attachment_id": attach(session, application),
        "endpoint_id": webhook.id,
        "message_id": send_test(session, webhook, actor=ada.actor).id,
        "engagement_id": engagement.id,
        "event_id": session.scalars(select(StoredEvent.id).limit(1)).one(),
        "replay_id": choose_dead_letters(session, [delivery_id], actor="staff:ada"),
    }
    session.commit()
    return known


def attach(session: Session, application: Application) -> uuid.UUID:
    attachment = Attachment(
        draft_id=application.draft_id, name="x.pdf", kind="pdf", size_bytes=1, stored_at=utc_now()
    )
    session.add(attachment)
    session.flush()
    current_storage().put(attachment.id, io.BytesIO(b"x"))
    return attachment.id


def test_no_get_commits_anything(
    app: Flask, desk: FlaskClient, one_of_each: dict[str, uuid.UUID]
) -> None:
    commits: list[str] = []
    asked = ""

    def note(session: Session) -> None:
        commits.append(asked)

    event.listen(Session, "after_commit", note)
    try:
        for rule in staff_routes(app):
            if "GET" in (rule.methods or ()):
                asked = address(app, rule, one_of_each["application_id"], **one_of_each)
                assert desk.get(asked).status_code in {200, 303}, asked
    finally:
        event.remove(Session, "after_commit", note)
    assert commits == []


def test_an_application_that_does_not_exist_is_not_found(desk: FlaskClient) -> None:
    for path in ("/staff/applications/nonsense", f"/staff/applications/{uuid.uuid4()}"):
        assert desk.get(path).status_code == 404
