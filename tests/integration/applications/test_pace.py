"""How long each page takes is learned from those who sent the form."""

from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import insert, select
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from app.applications.drafts import pace
from app.applications.models import Draft
from app.applications.questions.questionnaire import MINUTES, Questionnaire, current_questionnaire
from app.platform.database import new_id, utc_now
from tests.integration.applications.prospect import Prospect

MINUTE = 60.0


@pytest.fixture(autouse=True)
def forgets(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was learned is looked up again for each page."""
    monkeypatch.setattr(pace, "LOOK_AGAIN_SECONDS", -1)


@pytest.fixture
def questionnaire(app: Flask) -> Questionnaire:
    return current_questionnaire()


@pytest.fixture
def drafts(session: Session, questionnaire: Questionnaire) -> Callable[..., None]:
    """Store drafts, sent ones unless said otherwise, one for each of the given times."""

    def store(times: list[Mapping[str, float]], *, sent: bool = True, version: str = "") -> None:
        rows = [
            {
                "id": new_id(),
                "resume_token": new_id().hex,
                "questions_version": version or questionnaire.version,
                "step_seconds": seconds,
                "submitted_at": utc_now() if sent else None,
            }
            for seconds in times
        ]
        session.execute(insert(Draft), rows)
        session.commit()

    return store


def later(session: Session, seconds: float) -> None:
    """Let time pass since the draft was saved last."""
    draft = session.scalars(select(Draft)).one()
    draft.saved_at -= timedelta(seconds=seconds)
    session.commit()


def times(session: Session) -> dict[str, float]:
    session.expire_all()
    return session.scalars(select(Draft)).one().step_seconds


def test_pages_divide_the_promised_minutes_as_earlier_prospects_spent_theirs(
    prospect: Prospect, drafts: Callable[..., None]
) -> None:
    drafts([{"you": 2.9 * MINUTE, "problem": 1 * MINUTE, "review": 1}] * pace.ENOUGH)
    assert "takes about 3 minutes." in prospect.see("you")
    page = prospect.see("problem")
    assert "takes about 1 minute." in page
    assert "About 4 minutes left" in page
    start = prospect.client.get("/apply").text
    assert f'<td class="num">{MINUTES}</td>' in start


@pytest.mark.parametrize("minutes", [0.1, 1, 30])
def test_the_form_and_the_home_page_promise_the_same_minutes_whatever_was_learned(
    prospect: Prospect, drafts: Callable[..., None], minutes: float
) -> None:
    promise = f"Apply in {MINUTES} minutes"
    drafts([{step.key: minutes * MINUTE for step in prospect.steps}] * pace.ENOUGH)
    with capture_logs() as said:
        assert promise in prospect.client.get("/apply").text
    assert promise in prospect.client.get("/").text
    assert f"About {MINUTES} minutes left" in prospect.see("you")
    is_told = any(line["event"] == "form.takes_longer_than_promised" for line in said)
    assert is_told == (minutes * len(prospect.steps) > MINUTES)


def test_a_pages_minutes_are_the_median_of_earlier_prospects(
    prospect: Prospect, drafts: Callable[..., None]
) -> None:
    drafts([{"problem": 60.0 * minutes} for minutes in (1, 2, 9)] * pace.ENOUGH)
    assert "takes about 2 minutes." in prospect.see("problem")


def test_nothing_is_learned_from_programs_that_send_the_form_immediately(
    prospect: Prospect, drafts: Callable[..., None]
) -> None:
    drafts([{"problem": 20.0, "outcome": 30.0}] * pace.ENOUGH)
    planned = {step.key: step.minutes for step in prospect.steps}
    assert f"takes about {planned['problem']} minutes." in prospect.see("problem")


@pytest.mark.parametrize("trouble", ["too few", "not sent", "other questions"])
def test_until_enough_is_learned_pages_say_the_planned_minutes(
    prospect: Prospect, drafts: Callable[..., None], trouble: str
) -> None:
    count = pace.ENOUGH - 1 if trouble == "too few" else pace.ENOUGH
    drafts(
        [{"you": 30 * MINUTE}] * count,
        sent=trouble != "not sent",
        version="2025-01" if trouble == "other questions" else "",
    )
    assert f"takes about {prospect.steps[0].minutes} minute" in prospect.see("you")


def test_time_between_saves_counts_for_the_page_that_is_saved(
    prospect: Prospect, session: Session
) -> None:
    prospect.fill_in("you")
    later(session, 40)
    prospect.fill_in("system")
    later(session, 20)
    prospect.press("system", cloud="")
    spent = times(session)
    assert spent["system"] == pytest.approx(60, abs=15)
    assert spent.get("you", 0) < 15


def test_a_long_pause_is_not_counted(prospect: Prospect, session: Session) -> None:
    prospect.fill_in("you")
    later(session, pace.LONGEST_PAUSE_SECONDS + 1)
    prospect.fill_in("system")
    assert "system" not in times(session)


def test_time_is_not_counted_when_the_clock_was_set_back(
    prospect: Prospect, session: Session
) -> None:
    prospect.fill_in("you")
    later(session, -60)
    prospect.fill_in("system")
    assert "system" not in times(session)
