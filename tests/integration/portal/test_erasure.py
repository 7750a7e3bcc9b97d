"""A person who has applied, answered and agreed is erased: no word of theirs is left."""

import io
import json
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.applications.drafts.resume_link import request_resume_link
from app.applications.erasure import AlreadyErased, erase_person
from app.applications.events import ApplicationAccepted, MoreRequested
from app.applications.models import Application, Draft
from app.applications.service import provide_more
from app.events.integrity.chain import broken_links
from app.events.models import Delivery
from app.messages.service import note_as_staff, write_as_prospect, write_as_staff
from tests.integration.portal.conftest import Decide, Send
from tests.submitted import submit_answers

Handle = Callable[[], None]
TABLES = """
SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'
"""
FIGURES = text("""
SELECT a.status, s.total > 0, g.total_cents FROM applications a
JOIN scores s ON s.application_id = a.id JOIN engagements g ON g.application_id = a.id
""")
SENT = text("""
WITH told AS (
    UPDATE chat_messages SET status = 'sent', sent_at = now() WHERE kind = 'new_application'
    RETURNING id
)
UPDATE mail_messages SET status = 'sent', sent_at = now() WHERE recipient LIKE '%@%'
""")

TOLD = text("SELECT kind, status, text FROM chat_messages")


@pytest.fixture(autouse=True)
def channel(change_settings: Callable[..., None]) -> None:
    """Staff have a chat channel, which is sent messages too."""
    change_settings(CHAT_WEBHOOK_URL="http://127.0.0.1:1/")


@pytest.fixture
def application(session: Session, demo_answers: dict[str, Any]) -> Application:
    """An application in which each of the prospect's words can be recognised."""
    words = {"name": "Canary Wren", "email": "canary@wren.example", "company": "Canary Ltd"}
    longer = {"problem": "canary " * 40, "anything_else": "canary"}
    application = submit_answers(session, {**demo_answers, **words, **longer})
    request_resume_link(session, session.get_one(Draft, application.draft_id))
    session.commit()
    return application


@pytest.fixture
def agreed(session: Session, application: Application, decide: Decide, send: Send) -> Application:
    """The prospect wrote and had a reply, staff noted something about them, and they answered a
    question, were made an offer and agreed to it."""
    song = "As a canary sings."
    write_as_prospect(session, application.id, song, form_id="canary")
    write_as_staff(session, application.id, song, form_id="canary", actor="staff:ada")
    note_as_staff(session, application.id, song, form_id="canary", actor="staff:ada")
    session.commit()
    decide(MoreRequested(message="Tell us, canary: how many queues?"))
    provide_more(session, application.id, "A canary has none.")
    session.commit()
    decide(ApplicationAccepted(message="Welcome, canary.", kind="sprint", total_cents=1_250_000))
    assert send("agreement", name="Canary Wren").status_code == 303
    return application


def dump(app: Flask) -> str:
    """Every table of the database, as text."""
    held = io.BytesIO()
    with psycopg.connect(app.config["SITE"].postgres_url) as connection:
        for (name,) in connection.execute(TABLES.encode()).fetchall():
            with connection.cursor().copy(f'COPY "{name}" TO STDOUT'.encode()) as copied:
                held.writelines(bytes(part) for part in copied)
    return held.getvalue().decode().lower()


def test_an_erased_person_is_nowhere_in_the_database(
    app: Flask, session: Session, agreed: Application, handle_events: Handle
) -> None:
    handle_events()
    session.execute(SENT)
    session.commit()
    assert dump(app).count("canary") > 20
    erase_person(session, agreed.id, actor="operator:ada")
    session.commit()
    handle_events()
    assert "canary" not in dump(app)
    assert session.execute(TOLD).all() == [("new_application", "sent", "Erased")]
    assert list(broken_links(session)) == []


def test_figures_decisions_and_the_price_remain_after_an_erasure(
    session: Session, agreed: Application, handle_events: Handle
) -> None:
    handle_events()
    erase_person(session, agreed.id, actor="operator:ada")
    session.commit()
    handle_events()
    assert tuple(session.execute(FIGURES).one()) == ("accepted", True, 1_250_000)


def test_a_handler_that_runs_after_the_erasure_writes_to_nobody(
    app: Flask, session: Session, application: Application, handle_events: Handle
) -> None:
    erase_person(session, application.id, actor="operator:ada")
    session.commit()
    handle_events()
    assert "canary" not in dump(app)
    assert session.scalars(select(Delivery).filter_by(status="dead")).all() == []


def test_after_an_erasure_the_old_link_says_so_and_staff_see_it_too(
    session: Session, client: FlaskClient, application: Application, path: str
) -> None:
    assert client.get(path).status_code == 200
    erase_person(session, application.id, actor="operator:ada")
    session.commit()
    gone = client.get(path)
    assert gone.status_code == 410 and "has been erased" in gone.text
    session.refresh(application)
    assert (application.title, application.is_open) == ("Erased", False)
    with pytest.raises(AlreadyErased):
        erase_person(session, application.id, actor="operator:ada")


def test_an_operator_can_export_everything_stored_about_a_person(
    app: Flask, session: Session, agreed: Application, handle_events: Handle
) -> None:
    handle_events()
    run = app.test_cli_runner().invoke(args=["person", "export", agreed.reference.lower()])
    exported = json.loads(run.output)
    assert exported["email"] == "canary@wren.example"
    types = [event["type"] for event in exported["events"]]
    assert types[0] == "draft.link_requested" or types[0] == "application.submitted"
    assert {"application.more_provided", "message.sent", "note.written"} <= set(types)
    assert any("canary" in event["data"].get("message", "") for event in exported["events"])
    assert exported["mail"]
    assert any("Canary Ltd" in message["text"] for message in exported["chat"])


def test_an_operator_erases_by_reference_and_is_asked_first(
    app: Flask, session: Session, application: Application
) -> None:
    runner = app.test_cli_runner()
    refused = runner.invoke(args=["person", "erase", application.reference], input="n\n")
    assert refused.exit_code != 0
    erased = runner.invoke(args=["person", "erase", application.reference], input="y\n")
    assert "Erased." in erased.output
    again = runner.invoke(args=["person", "erase", application.reference], input="y\n")
    assert "already been erased" in again.output
    unknown = runner.invoke(args=["person", "erase", "CE-NONE"], input="y\n")
    assert "There is no application" in unknown.output
