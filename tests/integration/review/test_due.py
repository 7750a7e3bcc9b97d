"""Each row of the queue says when its answer is promised, and the queue can be ordered by that."""

import uuid
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.applications.models import Application
from app.applications.promise import deadline_after
from app.review.queue import queries
from app.review.queue.models import QueueRow
from app.review.queue.queries import Filters, queue_page

Submit = Callable[..., Application]
Handle = Callable[[], None]
Decide = Callable[..., TestResponse]


@pytest.mark.parametrize("size", [1, 2, 25])
def test_ordering_by_due_lists_late_then_waiting_whether_held_or_not_and_then_the_rest(
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


def test_the_open_view_points_out_that_held_applications_are_waiting_too(
    desk: FlaskClient, session: Session, waiting: list[uuid.UUID]
) -> None:
    late_held, late, soon, soon_held, asked = waiting
    shown = queue_page(session, Filters(order="due"), None).rows
    assert [row.application_id for row in shown] == [late, soon, asked]
    assert "Applicants on hold are waiting for an answer too" in desk.get("/staff/?order=due").text
    page = desk.get("/staff/?order=due&status=held").text
    assert 0 < page.index(str(late_held)) < page.index(str(soon_held))
    assert "Applicants on hold" not in page


def test_the_late_view_lists_and_counts_late_applications_whether_held_or_not(
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


def test_a_row_says_when_its_answer_is_promised_until_the_answer_is_given(
    desk: FlaskClient, submit: Submit, handle_events: Handle, decide_and_send: Decide
) -> None:
    application = submit()
    handle_events()
    promised = deadline_after(application.submitted_at).astimezone(ZoneInfo("America/New_York"))
    page = desk.get("/staff/").text
    assert "Answer by <time" in page and f">{promised:%-d %b %Y, %H:%M %Z}<" in page
    decide_and_send(desk, application, verdict="ask", message="Which queue?")
    assert "Answer by" not in desk.get("/staff/").text


def test_a_late_row_says_that_it_is_late_instead_of_when_it_was_due(
    desk: FlaskClient, submit: Submit, handle_events: Handle, come_due: Handle
) -> None:
    submit()
    handle_events()
    come_due()
    page = desk.get("/staff/?order=due").text
    assert "Answer late" in page and "Answer by" not in page
