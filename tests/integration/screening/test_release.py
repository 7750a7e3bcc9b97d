"""A held application continues like any other once released; once dismissed, it is closed but not
lost."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from app.applications.models import Application
from app.applications.service import NotOpen, withdraw_application
from app.engagements.models import Engagement
from app.events.projections.projection import current_projections
from app.platform.database import db
from app.scoring.models import ScoreRecord
from tests.integration.screening.conftest import Apply, Press, fresh, mails_of, types_of

Handle = Callable[[], None]


def count(session: Session, model: type[ScoreRecord | Engagement]) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


@pytest.mark.parametrize("handled_before", [True, False])
def test_a_released_application_is_scored_priced_and_announced_once(
    held: Application,
    desk: FlaskClient,
    press: Press,
    session: Session,
    handle_events: Handle,
    handled_before: bool,
) -> None:
    if handled_before:
        handle_events()
    assert "Released." in press(desk, held, "release").text
    handle_events()
    assert fresh(session, held).status == "submitted"
    assert (count(session, ScoreRecord), count(session, Engagement)) == (1, 1)
    assert mails_of(session) == ["held", "new_application", "received"]
    assert types_of(session, held) == [
        "application.submitted",
        "application.held",
        "application.released",
        "application.scored",
    ]
    assert held.signals == {"trap_filled": ""}


def test_a_dismissed_application_is_closed_without_a_mail_and_can_be_found_again(
    held: Application, desk: FlaskClient, press: Press, session: Session, handle_events: Handle
) -> None:
    handle_events()
    assert "Nobody was written to" in press(desk, held, "dismiss").text
    handle_events()
    assert fresh(session, held).status == "dismissed"
    assert mails_of(session) == ["held"]
    for query in ("status=dismissed", f"status=all&search={held.reference}"):
        assert held.reference in desk.get(f"/staff/?{query}").text
    page = desk.get(f"/applications/{held.access_token}").text
    assert "Your application is closed." in page
    assert "Withdraw the application" not in page


def test_a_dismissed_application_can_still_be_released(
    held: Application, desk: FlaskClient, press: Press, session: Session, handle_events: Handle
) -> None:
    press(desk, held, "dismiss")
    press(desk, fresh(session, held), "release")
    handle_events()
    assert mails_of(session) == ["held", "new_application", "received"]
    assert (count(session, ScoreRecord), count(session, Engagement)) == (1, 1)


@pytest.mark.parametrize("first", ["release", "dismiss"])
@pytest.mark.parametrize("second", ["release", "dismiss"])
def test_the_second_of_two_reviewers_sees_who_was_first(
    held: Application,
    desk: FlaskClient,
    other_desk: FlaskClient,
    press: Press,
    session: Session,
    first: str,
    second: str,
) -> None:
    seen = held.version
    press(desk, held, first)
    done = {"release": "submitted", "dismiss": "dismissed"}[first]
    assert fresh(session, held).status == done
    answer = press(other_desk, held, second, seen)
    assert "Somebody got there first" in answer.text and "by Ada Lovelace" in answer.text
    assert fresh(session, held).status == done
    assert len(types_of(session, held)) == 3


def test_ones_own_second_click_is_not_a_conflict(
    held: Application, desk: FlaskClient, press: Press, session: Session
) -> None:
    seen = held.version
    press(desk, held, "release")
    assert "Somebody got there first" not in press(desk, held, "release", seen).text
    assert types_of(session, held).count("application.released") == 1


@pytest.mark.parametrize("version", [0, -1, 99, 10**30])
def test_a_press_with_any_version_but_the_current_one_settles_nothing(
    held: Application, desk: FlaskClient, press: Press, session: Session, version: int
) -> None:
    assert "The application has changed" in press(desk, held, "release", version).text
    assert fresh(session, held).status == "held"


def test_an_application_never_held_can_be_neither_released_nor_dismissed(
    apply: Apply, desk: FlaskClient, press: Press, session: Session
) -> None:
    usual = apply()
    for button in ("release", "dismiss"):
        press(desk, usual, button)
    assert types_of(session, usual) == ["application.submitted"]


def test_a_prospect_can_withdraw_a_held_application_but_not_a_dismissed_one(
    apply: Apply, desk: FlaskClient, press: Press, session: Session, handle_events: Handle
) -> None:
    held, dismissed = apply(subject="x"), apply(subject="y")
    press(desk, dismissed, "dismiss")
    withdraw_application(session, held.id, "We have found somebody.")
    session.commit()
    with pytest.raises(NotOpen):
        withdraw_application(session, dismissed.id, "")
    session.rollback()
    handle_events()
    assert count(session, ScoreRecord) == 0
    assert "received" not in mails_of(session)


def test_the_log_and_the_tables_agree_at_every_step(
    app: Flask,
    apply: Apply,
    desk: FlaskClient,
    press: Press,
    session: Session,
    handle_events: Handle,
    owner: Engine,
) -> None:
    released, dismissed, both = (apply(subject=word) for word in "abc")
    apply(subject="d")

    def differences() -> list[object]:
        handle_events()
        return [one for table in current_projections() for one in table.verify(db.engine)]

    assert differences() == []
    press(desk, released, "release")
    press(desk, dismissed, "dismiss")
    press(desk, both, "dismiss")
    assert differences() == []
    press(desk, fresh(session, both), "release")
    assert differences() == []
    assert [one for table in current_projections() for one in table.rebuild(owner)] == []
    held_now = select(Application.status).order_by(Application.submitted_at)
    session.rollback()
    assert list(session.scalars(held_now)) == ["submitted", "dismissed", "submitted", "held"]
