"""By when an answer was promised: the queue says it in each row, and can be ordered by it."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.applications.events import AnswerDue
from app.applications.models import Application
from app.applications.promise import deadline_after
from app.events.schedule import schedule
from app.events.types import stream_of
from app.review.queue import queries
from app.review.queue.models import QueueRow
from app.review.queue.queries import Filters, queue_page
from app.web.rendering import datetime_utc

Stock = Callable[[list[dict[str, Any]]], list[uuid.UUID]]
Submit = Callable[..., Application]
Handle = Callable[[], None]
Decide = Callable[..., TestResponse]
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
HELD = {"status": "held", "signals": {"fast": 1}}


@pytest.fixture
def promise(session: Session) -> Callable[..., None]:
    """Plan for an application that its answer falls due so many hours after noon."""

    def promise(application_id: uuid.UUID, *, hours: int) -> None:
        stream, at = stream_of("application", application_id), NOON + timedelta(hours=hours)
        key = f"answer_due:{application_id}"
        schedule(session, stream, AnswerDue(), at=at, key=key, actor="system:test")
        session.commit()

    return promise


@pytest.fixture
def waiting(session: Session, stock: Stock, promise: Callable[..., None]) -> list[uuid.UUID]:
    """In the order of their due times: two that are late, one of them held, two that wait, one of
    them held, and one that awaits nothing of ours. The best are due last."""
    late_held, late, soon, soon_held, asked = stock(
        [
            {"total": None, **HELD},
            {"total": 10},
            {"total": 20},
            {"total": None, **HELD},
            {"total": 90, "status": "more_requested"},
        ]
    )
    for hours, application_id in enumerate((late_held, late), start=-9):
        since = NOON + timedelta(hours=hours)
        which = QueueRow.application_id == application_id
        session.execute(update(QueueRow).where(which).values(late_since=since))
    promise(soon, hours=1)
    promise(soon_held, hours=2)
    promise(asked, hours=-99)  # until what asked for more has cancelled it
    return [late_held, late, soon, soon_held, asked]


@pytest.mark.parametrize("size", [1, 2, 25])
def test_due_first_lists_the_late_then_the_waiting_held_or_not_then_the_rest(
    session: Session, waiting: list[uuid.UUID], monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(queries, "PAGE_SIZE", size)
    filters = Filters(status="all", order="due")
    pages = [queue_page(session, filters, None)]
    while onward := pages[-1].next:
        pages.append(queue_page(session, filters, onward))
    assert [row.application_id for page in pages for row in page.rows] == waiting
    back = pages[-1].previous
    assert not back or queue_page(session, filters, back).rows == pages[-2].rows


def test_among_the_open_the_held_are_pointed_to(
    desk: FlaskClient, session: Session, waiting: list[uuid.UUID]
) -> None:
    late_held, late, soon, soon_held, asked = waiting
    shown = queue_page(session, Filters(order="due"), None).rows
    assert [row.application_id for row in shown] == [late, soon, asked]
    assert "Whoever is held waits for an answer too" in desk.get("/staff/?order=due").text
    page = desk.get("/staff/?order=due&status=held").text
    assert 0 < page.index(str(late_held)) < page.index(str(soon_held))
    assert "Whoever is held" not in page


def test_the_late_are_a_view_of_their_own_with_their_count_held_or_not(
    desk: FlaskClient, session: Session, waiting: list[uuid.UUID]
) -> None:
    late_held, late, *others = waiting
    page = desk.get("/staff/?status=late&order=due").text
    assert 0 < page.index(str(late_held)) < page.index(str(late))
    assert not any(str(one) in page for one in others)
    assert 'aria-current="page">Late <span>2</span>' in page
    session.execute(update(QueueRow).values(late_since=None))
    session.commit()
    page = desk.get("/staff/?status=late").text
    assert "Late <span>0</span>" in page and "No application is listed under “Late” now" in page


def test_a_row_says_by_when_its_answer_was_promised_until_it_is_given(
    desk: FlaskClient, submit: Submit, handle_events: Handle, decide_and_send: Decide
) -> None:
    application = submit()
    handle_events()
    promised = f">{datetime_utc(deadline_after(application.submitted_at))}<"
    page = desk.get("/staff/").text
    assert "Answer by <time" in page and promised in page
    decide_and_send(desk, application, verdict="ask", message="Which queue?")
    assert "Answer by" not in desk.get("/staff/").text


def test_one_that_is_late_is_so_instead(
    desk: FlaskClient, submit: Submit, handle_events: Handle, come_due: Handle
) -> None:
    submit()
    handle_events()
    come_due()
    page = desk.get("/staff/?order=due").text
    assert "Answer late" in page and "Answer by" not in page
