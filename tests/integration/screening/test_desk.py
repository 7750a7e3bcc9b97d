"""Where staff find held applications, and what the prospect's own files say about the hold."""

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis as RedisClient
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from app.applications.drafts import pace
from app.applications.erasure import erase_person
from app.applications.models import Application
from app.applications.questions.questionnaire import current_questionnaire
from app.events.store import read_stream
from app.events.types import stream_of
from app.portal.trail_check import first_problem
from app.screening.models import SubmissionOrigin
from app.screening.origins import COUNTED_FOR
from app.screening.tasks import forget_old_origins
from local.redis import Redis
from tests.integration.portal.test_erasure import dump
from tests.integration.screening.conftest import Apply, Press, fresh

Handle = Callable[[], None]
COUNTED = select(func.count()).select_from(SubmissionOrigin)
CANARY: dict[str, Any] = {
    "name": "Canary Wren",
    "email": "canary@mailinator.com",
    "company": "Canary Ltd",
    "problem": "canary " * 40,
    "subject": "canary",
}


def test_the_queue_lists_held_applications_under_their_own_filter_with_the_reasons(
    held: Application, desk: FlaskClient, handle_events: Handle
) -> None:
    handle_events()
    assert held.reference not in desk.get("/staff/").text
    page = html.unescape(desk.get("/staff/?status=held").text)
    assert held.reference in page and "A field that no person can see was filled in." in page
    assert "Held <span>1</span>" in page


def test_the_page_says_why_it_is_held_and_asks_for_no_decision(
    held: Application, desk: FlaskClient, handle_events: Handle
) -> None:
    handle_events()
    page = html.unescape(desk.get(f"/staff/applications/{held.id}").text)
    assert "Held for review" in page and "A field that no person can see was filled in." in page
    for words in (
        "Your decision",
        "Preview the email",
        "Decide",
        "Not scored yet",
        "Why this score",
    ):
        assert words not in page, words
    assert page.index("Held for review</h2>") < page.index("What happened")
    assert "promises an answer by" in page


def test_a_dismissed_application_asks_for_no_decision_either(
    held: Application, desk: FlaskClient, press: Press
) -> None:
    page = html.unescape(press(desk, held, "dismiss").text)
    assert "Nobody was written to" in page and ">Release</button>" in page
    for words in ("Decide", "Why this score", "Dismiss it", "promised"):
        assert words not in page, words


def test_dismissing_takes_two_steps(held: Application, desk: FlaskClient) -> None:
    page = desk.get(f"/staff/applications/{held.id}").text
    [asked] = re.findall(r"<details>\s*<summary>Dismiss it</summary>.*?</details>", page, re.DOTALL)
    assert asked.count("/dismiss") == page.count("/dismiss") == 1


def test_the_history_shows_each_step(
    held: Application, desk: FlaskClient, press: Press, session: Session
) -> None:
    press(desk, held, "dismiss")
    press(desk, fresh(session, held), "release")
    page = desk.get(f"/staff/applications/{held.id}/history").text
    for words in ("Held for review", "Dismissed", "Released", "Ada Lovelace"):
        assert words in page, words


def test_the_trail_is_complete_but_withholds_the_reasons_for_the_hold(
    apply: Apply, desk: FlaskClient, client: FlaskClient, press: Press, session: Session
) -> None:
    before = apply()
    again = apply(email="x@mailinator.com")
    assert again.signals["same_text"] == before.reference
    press(desk, again, "release")
    path = f"/applications/{again.access_token}"
    trail = client.get(f"{path}/trail.json").json
    assert trail and first_problem(trail) is None
    submitted, held, released = trail["streams"][0]["rows"]
    assert submitted["opened"]["email"] == "x@mailinator.com"
    assert "withheld" in held and "withheld" in released
    for file in ("trail.json", "export.json"):
        said = client.get(f"{path}/{file}").text
        assert before.reference not in said and "disposable" not in said


def test_a_prospect_erased_while_held_leaves_no_trace_and_can_no_longer_be_released(
    app: Flask,
    apply: Apply,
    change_settings: Callable[..., None],
    desk: FlaskClient,
    press: Press,
    session: Session,
    handle_events: Handle,
) -> None:
    change_settings(HOLD_ABOVE_PER_EMAIL=5, HOLD_ABOVE_PER_ADDRESS=20)
    held = apply(**CANARY)
    handle_events()
    session.execute(text("UPDATE mail_messages SET status = 'sent', sent_at = now()"))
    session.commit()
    assert "canary" in dump(app)
    erase_person(session, held.id, actor="prospect")
    session.commit()
    handle_events()
    assert "canary" not in dump(app)
    press(desk, fresh(session, held), "release")
    events = read_stream(session, stream_of("application", held.id))
    assert [e.type.partition(".")[2] for e in events] == ["submitted", "held", "erased"]
    assert "Erased" in desk.get("/staff/?status=all").text


def test_the_counters_identify_nobody_and_are_forgotten_after_a_day(
    apply: Apply, change_settings: Callable[..., None], session: Session, redis_server: Redis
) -> None:
    change_settings(HOLD_ABOVE_PER_ADDRESS=20, HOLD_ABOVE_PER_EMAIL=5)
    apply(email="canary@wren.example")
    with RedisClient.from_url(redis_server.url, decode_responses=True) as client:
        keys = list(client.scan_iter())
    assert not any("email:" in key or "canary" in key or "wren" in key for key in keys)
    [origin] = session.scalars(select(SubmissionOrigin.origin))
    assert b"127.0.0.1" not in origin
    forget_old_origins()
    assert session.scalar(COUNTED) == 1
    session.execute(update(SubmissionOrigin).values(submitted_at=func.now() - COUNTED_FOR))
    session.commit()
    forget_old_origins()
    assert session.scalar(COUNTED) == 0


def test_a_held_application_does_not_count_towards_how_long_a_page_takes(
    held: Application,
    desk: FlaskClient,
    press: Press,
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pace, "LOOK_AGAIN_SECONDS", -1)
    monkeypatch.setattr(pace, "ENOUGH", 1)
    session.execute(text("""UPDATE drafts SET step_seconds = '{"you": 1800}'"""))
    session.commit()
    questionnaire = current_questionnaire()
    planned = questionnaire.step("you").minutes
    assert pace.minutes_by_step(session, questionnaire)["you"] == planned
    press(desk, fresh(session, held), "release")
    assert pace.minutes_by_step(session, questionnaire)["you"] > planned
