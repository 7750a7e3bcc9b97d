"""A draft that was begun under older questions goes on under today's, once."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.applications.drafts import move_to_present_questions
from app.applications.models import Draft
from app.applications.questions import original_questionnaire
from app.database import db, utc_now
from tests.integration.applications.prospect import Prospect

Meanwhile = Callable[[Draft], None]


@pytest.fixture
def older(prospect: Prospect, session: Session) -> Draft:
    """Begun under older questions, of which one is gone."""
    prospect.fill_in("you")
    draft = session.scalars(select(Draft)).one()
    draft.questions_version = "older"
    draft.answers = {**draft.answers, "pager": "555-0100"}
    session.commit()
    session.refresh(draft)
    return draft


def change_meanwhile(draft: Draft, change: Meanwhile) -> None:
    """In another process, after the draft was read here."""
    with Session(db.engine) as other:
        change(other.get_one(Draft, draft.id))
        other.commit()


def send(draft: Draft) -> None:
    draft.submitted_at = utc_now()


def move(draft: Draft) -> None:
    draft.questions_version = original_questionnaire().version
    draft.version += 1


def test_a_draft_keeps_the_answers_that_still_apply(session: Session, older: Draft) -> None:
    version = older.version
    assert move_to_present_questions(session, older, original_questionnaire()) == []
    assert "pager" not in older.answers and older.answers["email"]
    assert older.questions_version == original_questionnaire().version
    assert older.version == version + 1


def test_what_was_sent_meanwhile_stays_as_it_was_sent(session: Session, older: Draft) -> None:
    version = older.version
    change_meanwhile(older, send)
    assert move_to_present_questions(session, older, original_questionnaire()) is None
    session.commit()
    assert (older.questions_version, older.version) == ("older", version)
    assert older.answers["pager"] == "555-0100"


def test_what_another_tab_has_moved_is_not_moved_again(session: Session, older: Draft) -> None:
    version = older.version
    change_meanwhile(older, move)
    assert move_to_present_questions(session, older, original_questionnaire()) is None
    session.commit()
    assert older.version == version + 1
