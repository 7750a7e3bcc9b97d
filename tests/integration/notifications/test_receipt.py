"""The mail that confirms an application names the same day as the prospect's page."""

from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from msgspec.structs import replace
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.applications.models import Application
from app.applications.promise import deadline_after
from app.applications.service import withdraw_application
from app.firm.calendar import WEEKDAYS, current_calendar
from app.notifications.models import MailMessage
from app.web.deadline import deadline
from tests.demo_applications import STRONG
from tests.submitted import submit_answers

DAY = timedelta(days=1)
Handle = Callable[[], None]


@pytest.fixture(autouse=True)
def no_holidays(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.extensions, "calendar", replace(current_calendar(), holidays=()))


@pytest.fixture
def application(submit: Callable[..., Application]) -> Application:
    """An application just sent, not handled yet."""
    return submit()


def receipt(session: Session) -> MailMessage:
    return session.scalars(select(MailMessage).filter_by(template="received")).one()


def test_it_names_the_day_of_the_answer_by_the_firms_calendar(
    session: Session, application: Application, handle_events: Handle
) -> None:
    due = deadline(deadline_after(application.submitted_at))
    handle_events()
    for body in (receipt(session).text, receipt(session).html):
        assert f"an answer from a person within one working day, by {due}." in body


def test_it_says_which_holidays_delay_the_answer(
    app: Flask,
    session: Session,
    application: Application,
    handle_events: Handle,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calendar = current_calendar()
    sent_on = application.submitted_at.astimezone(ZoneInfo(calendar.timezone)).date()
    holiday = sent_on + DAY
    closed = replace(calendar, working_days=WEEKDAYS, holidays=(holiday,))
    monkeypatch.setitem(app.extensions, "calendar", closed)
    handle_events()
    assert (
        f"UTC). {holiday.day}\N{NO-BREAK SPACE}{holiday:%B} is a holiday here."
        in receipt(session).text
    )


def test_a_german_receipt_names_the_day_in_german(session: Session, handle_events: Handle) -> None:
    submit_answers(session, STRONG, language="de")
    session.commit()
    handle_events()
    assert "Uhr in New York" in receipt(session).text


def test_what_was_withdrawn_before_the_receipt_was_written_is_not_said_to_be_read(
    session: Session, application: Application, handle_events: Handle
) -> None:
    withdraw_application(session, application.id, "")
    session.commit()
    handle_events()
    text = receipt(session).text
    assert application.reference in text and "A person reads it" not in text
