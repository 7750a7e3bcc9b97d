"""Accepted answers are checked again on sending: the rules may have changed since, or somebody may
have changed the stored answers by hand."""

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.applications.models import Application, Draft
from tests.integration.applications.prospect import Prospect, errors

NAMELESS = {"name": "Enter your name."}


def alter(session: Session, **answers: Any) -> None:
    """Change the draft's stored answers, with its steps still complete; None removes an answer."""
    draft = session.scalars(select(Draft)).one()
    altered = {**draft.answers, **answers}
    draft.answers = {key: value for key, value in altered.items() if value is not None}
    session.commit()


def count_sent(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(Application)) or 0


@pytest.mark.parametrize(
    ("step", "key", "stored"),
    [
        ("you", "name", None),
        ("you", "name", "Ada\nBcc: all@client.example"),
        ("you", "email", "jörg@client.example"),
        ("you", "email", "nobody"),
        ("you", "website", "javascript:alert(1)"),
        ("you", "role", "emperor"),
        ("system", "brokers", ["none", "kafka"]),
        ("system", "brokers", "kafka"),
        ("problem", "problem", "p" * 20_000),
    ],
)
def test_a_step_that_is_no_longer_valid_is_shown_with_its_errors_and_nothing_is_sent(
    ready: Prospect, session: Session, step: str, key: str, stored: Any
) -> None:
    page = ready.see("review")
    alter(session, **{key: stored})
    answer = ready.send(seen=page, anything_else="My last words")
    assert answer.status_code == 303
    shown = ready.client.get(answer.location, follow_redirects=True)
    assert shown.request.path == f"/apply/{step}"
    assert "One step is not finished yet" in shown.text and "<title>Error: " in shown.text
    assert list(errors(shown.text)) == [key]
    assert count_sent(session) == 0


def test_once_the_step_is_corrected_the_application_is_sent_and_nothing_is_lost(
    ready: Prospect, session: Session
) -> None:
    page = ready.see("review")
    alter(session, name=None)
    ready.send(seen=page, anything_else="My last words")
    shown = ready.client.get("/apply/review", follow_redirects=True)
    assert errors(shown.text) == NAMELESS
    assert "Save and go back to the review" in shown.text
    assert ready.press("you", "back_to_review").location == "/apply/review"
    assert ready.send(anything_else="My last words").location.startswith("/applications/")
    (sent,) = session.scalars(select(Application))
    assert sent.answers == ready.answers | {"anything_else": "My last words"}


def test_several_invalid_steps_are_shown_one_after_another(
    ready: Prospect, session: Session
) -> None:
    page = ready.see("review")
    alter(session, name=None, brokers=None)
    ready.send(seen=page)
    for step in ("you", "system"):
        shown = ready.client.get("/apply/review", follow_redirects=True)
        assert shown.request.path == f"/apply/{step}" and errors(shown.text)
        ready.press(step, "back_to_review")
    assert ready.send().location.startswith("/applications/")


def test_a_step_not_yet_begun_is_shown_without_errors(prospect: Prospect) -> None:
    prospect.fill_in("you")
    shown = prospect.client.get("/apply/review", follow_redirects=True)
    assert shown.request.path == "/apply/system" and not errors(shown.text)
