"""A draft begun under older questions continues under today's, and is moved only once."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.applications.drafts.service import move_to_present_questions
from app.applications.models import Application, Draft, StoredQuestionnaire
from app.applications.questions.questionnaire import STEP_KEYS, original_questionnaire
from app.applications.questions.readable import answers_asked_no_more
from app.platform.database import db, utc_now
from app.platform.languages.choice import in_language
from tests.integration.applications.prospect import Prospect
from tests.integration.waiting import waiting

Meanwhile = Callable[[Draft], None]


@pytest.fixture
def older(prospect: Prospect, session: Session) -> Draft:
    """A draft begun under older questions, one of which is gone."""
    prospect.fill_in("you")
    draft = session.scalars(select(Draft)).one()
    draft.questions_version = "older"
    session.add(StoredQuestionnaire(version="older", content=with_pager()))
    draft.answers = {**draft.answers, "pager": "555-0100"}
    session.commit()
    session.refresh(draft)
    return draft


def with_pager() -> dict[str, Any]:
    """Today's questions as they are stored, with one more on the first page."""
    content: dict[str, Any] = msgspec.to_builtins(original_questionnaire())
    first = content["steps"][0]["questions"]
    pager = {"key": "pager", "label": "What is your pager’s number?"}
    return {**content, "steps": [{**content["steps"][0], "questions": [*first, first[0] | pager]}]}


def change_meanwhile(draft: Draft, change: Meanwhile) -> None:
    """Change the draft in another process, after it was read here."""
    with Session(db.engine) as other:
        change(other.get_one(Draft, draft.id))
        other.commit()


def send(draft: Draft) -> None:
    draft.submitted_at = utc_now()


def move(draft: Draft) -> None:
    draft.questions_version = original_questionnaire().version
    draft.version += 1


def test_a_draft_continues_under_todays_questions(session: Session, older: Draft) -> None:
    version = older.version
    assert move_to_present_questions(session, older, original_questionnaire()) == []
    assert older.answers["email"]
    assert older.questions_version == original_questionnaire().version
    assert older.version == version + 1


def test_a_draft_sent_in_the_meantime_stays_as_it_was_sent(session: Session, older: Draft) -> None:
    version = older.version
    change_meanwhile(older, send)
    assert move_to_present_questions(session, older, original_questionnaire()) is None
    session.commit()
    assert (older.questions_version, older.version) == ("older", version)
    assert older.answers["pager"] == "555-0100"


def test_a_draft_deleted_in_the_meantime_is_not_moved(
    app: Flask, session: Session, older: Draft
) -> None:
    draft_id = older.id

    def move_older(other: Session) -> None:
        draft = other.get_one(Draft, draft_id)
        assert move_to_present_questions(other, draft, original_questionnaire()) is None

    session.delete(older)
    session.flush()
    with waiting(app, move_older):
        session.commit()
    assert session.scalars(select(Draft)).all() == []


def test_a_draft_that_another_tab_has_moved_is_not_moved_again(
    session: Session, older: Draft
) -> None:
    version = older.version
    change_meanwhile(older, move)
    assert move_to_present_questions(session, older, original_questionnaire()) is None
    session.commit()
    assert older.version == version + 1


def test_an_answer_no_longer_asked_for_is_named_shown_before_sending_and_not_sent(
    session: Session, prospect: Prospect, older: Draft
) -> None:
    page = prospect.see("system")
    assert "Our questions have changed" in page
    assert "No longer asked: What is your pager’s number?" in page
    prospect.fill_in(*STEP_KEYS[1:-1])
    review = prospect.see("review")
    assert "What is your pager’s number?" in review and "555-0100" in review
    prospect.send()
    sent = session.scalars(select(Application)).one()
    assert "pager" not in sent.answers


def test_a_question_no_longer_asked_is_named_in_the_readers_language(
    session: Session, older: Draft
) -> None:
    stored = session.get_one(StoredQuestionnaire, "older")
    content = with_pager()
    content["steps"][0]["questions"][-1]["label"] = "Your name"
    stored.content = content
    session.commit()
    with in_language("de"):
        assert answers_asked_no_more(session, older.answers) == [("Ihr Name", "555-0100")]
