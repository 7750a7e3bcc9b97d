"""Each morning staff are told once what is waiting for them."""

import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from msgspec.structs import replace
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.events.models import ScheduledEvent
from app.events.store import record
from app.firm.calendar import current_calendar
from app.notifications.models import MailMessage
from app.review.queue.events import WorkingDayBegan
from app.review.queue.morning import plan_next_morning

# A Tuesday at nine in New York.
MORNING = datetime(2026, 11, 24, 14, tzinfo=UTC)
DAY = timedelta(days=1)
Begin = Callable[..., list[MailMessage]]


@pytest.fixture
def begin(
    session: Session, handle_events: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> Begin:
    """Begin that Tuesday; return the mail to staff if the event is handled ``at`` that time."""

    def begin(at: datetime = MORNING) -> list[MailMessage]:
        monkeypatch.setattr("app.review.subscribers.utc_now", lambda: at)
        began = WorkingDayBegan(day="2026-11-24")
        record(session, "working_day-2026-11-24", began, actor="system:review")
        session.commit()
        handle_events()
        return list(session.scalars(select(MailMessage).filter_by(template="waiting_at_the_desk")))

    return begin


def test_staff_are_told_what_is_waiting_and_when_it_is_due(
    begin: Begin, waiting: list[uuid.UUID]
) -> None:
    [mail] = begin()
    assert mail.recipient == "staff@champlin.example"
    assert mail.subject == "This morning: 2 late, 2 due today, 2 to decide, 2 held"
    for told in ("due today, by 17:00", "To decide, in all", "/staff/?order=due"):
        assert told in mail.text
    assert "Messages" not in mail.text


def test_no_mail_is_sent_when_nothing_is_waiting(begin: Begin) -> None:
    assert begin() == []


def test_no_mail_is_sent_about_a_day_that_is_already_over(
    begin: Begin, waiting: list[uuid.UUID]
) -> None:
    assert begin(at=MORNING + DAY) == []


def test_no_mail_is_sent_about_a_day_that_has_become_a_holiday(
    app: Flask, begin: Begin, waiting: list[uuid.UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    calendar = replace(current_calendar(), holidays=(date(2026, 11, 24),))
    monkeypatch.setitem(app.extensions, "calendar", calendar)
    assert begin() == []


def test_the_next_morning_is_scheduled_once_but_not_if_the_calendar_has_no_start_of_day(
    session: Session,
) -> None:
    calendar = current_calendar()
    plan_next_morning(session, MORNING - DAY, replace(calendar, day_begins=None))
    assert session.scalars(select(ScheduledEvent)).all() == []
    for hours in range(0, 12, 3):
        plan_next_morning(session, MORNING - DAY + timedelta(hours=hours), calendar)
    [planned] = session.scalars(select(ScheduledEvent))
    assert (planned.due_at, planned.data) == (MORNING, {"day": "2026-11-24"})


def test_after_a_day_without_the_scheduler_the_morning_still_to_come_is_planned_too(
    session: Session,
) -> None:
    plan_next_morning(session, MORNING - timedelta(hours=6), current_calendar())
    planned = session.scalars(select(ScheduledEvent).order_by(ScheduledEvent.due_at))
    assert [one.due_at for one in planned] == [MORNING, MORNING + DAY]
