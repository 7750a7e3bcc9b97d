"""The figures above the queue, checked against the applications themselves."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, text
from sqlalchemy.orm import Session

from app.applications.models import Application
from app.engagements.queries import engagement_of
from app.engagements.rate_card import current_rate_card
from app.firm.calendar import current_calendar, week_began
from app.review.queue import figures
from app.review.queue.figures import LATE, queue_figures
from app.review.queue.models import QueueFigure, QueueRow
from app.scoring.models import ScoreRecord
from app.web.rendering import money

Stock = Callable[[list[dict[str, Any]]], list[UUID]]
Submit = Callable[..., Application]
Handle = Callable[[], None]

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)  # a Tuesday
MINUTES = st.one_of(st.none(), st.integers(0, 5000))
LATE_ONES, FEW, MANY = 5, 200, 4000
QUEUE = text("""
INSERT INTO queue_rows (application_id, reference, name, company, search_text, status, is_open,
    rank, submitted_at, late_since)
SELECT gen_random_uuid(), 'EP-' || n, 'Ada Lovelace', 'Client Ltd', 'ada lovelace client ltd',
    'submitted', true, 50, now(), CASE WHEN n <= :late THEN now() END
FROM generate_series(1, :rows) n
""")


@pytest.fixture(autouse=True)
def on_friday(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "utc_now", lambda: NOON + timedelta(days=3))


@settings(max_examples=15)
@given(decisions=st.lists(MINUTES, max_size=9))
def test_the_median_time_to_decide_is_taken_over_every_decision(
    session: Session, stock: Stock, decisions: list[int | None]
) -> None:
    for model in (QueueRow, QueueFigure, ScoreRecord, Application):
        session.execute(delete(model))
    rows = [
        {"at": NOON}
        if minutes is None
        else {
            "at": NOON,
            "status": "declined",
            "decided_at": NOON + timedelta(minutes=minutes, seconds=59),
        }
        for minutes in decisions
    ]
    stock(rows)
    took = [minutes for minutes in decisions if minutes is not None]
    assert queue_figures(session).median_minutes == (round(median(took)) if took else None)


@pytest.mark.parametrize(
    ("minutes", "words"), [(None, "–"), (0, "Under a minute"), (1, "1 minute"), (90, "1 hour")]
)
def test_the_median_is_shown_in_a_single_unit(
    desk: FlaskClient, stock: Stock, minutes: int | None, words: str
) -> None:
    decided = {"status": "declined", "at": NOON}
    if minutes is not None:
        stock([{**decided, "decided_at": NOON + timedelta(minutes=minutes)}])
    shown = re.search("Median time to decide</dt><dd>([^<]+)", desk.get("/staff/").text)
    assert shown and shown[1] == words


@pytest.mark.parametrize("timezone", ["America/New_York", "UTC", "Europe/Berlin", "Asia/Kolkata"])
def test_the_week_begins_on_monday_by_the_desks_clock(
    session: Session, stock: Stock, monkeypatch: pytest.MonkeyPatch, timezone: str
) -> None:
    calendar = msgspec.structs.replace(current_calendar(), timezone=timezone)
    monkeypatch.setattr(figures, "current_calendar", lambda: calendar)
    monday = datetime(2026, 11, 23, tzinfo=ZoneInfo(timezone)).astimezone(UTC)
    within = [monday, monday + timedelta(hours=23), monday + timedelta(hours=24), NOON]
    stock([{"at": at} for at in (monday - timedelta(seconds=1), *within)])
    assert queue_figures(session).this_week == len(within)


def test_held_applications_of_the_weeks_first_hours_are_not_counted(
    session: Session, stock: Stock
) -> None:
    first_hour = week_began(NOON, current_calendar()) + timedelta(hours=1)
    stock([{"at": first_hour, "status": "held", "signals": {"x": ""}}, {"at": first_hour}])
    assert queue_figures(session).this_week == 1


def test_held_and_dismissed_applications_are_not_counted_in_the_week(
    session: Session, stock: Stock
) -> None:
    stock([{}, *({"status": status, "signals": {"x": ""}} for status in ("held", "dismissed"))])
    found = queue_figures(session)
    assert (found.this_week, found.counts["open"], found.counts["all"]) == (1, 1, 3)


def test_bands_and_statuses_are_counted(session: Session, stock: Stock) -> None:
    stock(
        [
            {"total": 90, "band": "strong"},
            {"total": 80, "band": "strong", "status": "accepted"},
            {"total": 10, "band": "weak", "status": "more_requested"},
            {},
        ]
    )
    found = queue_figures(session)
    assert found.by_band == {"strong": 2, "weak": 1}
    assert found.counts == {
        "open": 3,
        "late": 0,
        "unanswered": 0,
        "submitted": 2,
        "more_requested": 1,
        "accepted": 1,
        "declined": 0,
        "taken_back": 0,
        "withdrawn": 0,
        "held": 0,
        "dismissed": 0,
        "all": 4,
    }


def test_the_band_counts_follow_the_open_values_and_say_that_they_cover_all_scored(
    desk: FlaskClient, stock: Stock
) -> None:
    stock([{"total": 90, "band": "strong"}, {"total": 80, "band": "strong", "status": "declined"}])
    page = desk.get("/staff/").text
    told = "<dt>All scored so far: strong, good, possible, weak</dt><dd>2 · 0 · 0 · 0</dd>"
    assert page.index("Open, each month") < page.index(told)


def open_at_fixed_prices(session: Session) -> int:
    return queue_figures(session).fixed_cents["usd"]


def test_the_open_value_is_the_sum_of_proposals_that_are_still_open(
    session: Session,
    desk: FlaskClient,
    submit: Submit,
    handle_events: Handle,
    decide_and_send: Callable[..., Any],
) -> None:
    first, second = submit(), submit()
    handle_events()
    proposed = [engagement_of(session, application.id) for application in (first, second)]
    assert all(proposed)
    assert open_at_fixed_prices(session) == sum(e.total_cents for e in proposed if e)
    decide_and_send(desk, first, verdict="decline")
    session.rollback()
    assert proposed[1]
    assert open_at_fixed_prices(session) == proposed[1].total_cents


def test_late_applications_are_counted_without_reading_the_others(
    session: Session, as_owner: Callable[[str], None]
) -> None:
    def pages_read(rows: int) -> int:
        session.execute(delete(QueueRow))
        session.execute(QUEUE, {"rows": rows, "late": LATE_ONES})
        session.commit()
        as_owner("ANALYZE queue_rows")
        explained = text(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {LATE.text}")
        plan = session.execute(explained).scalar_one()[0]["Plan"]
        session.commit()
        assert queue_figures(session).late == LATE_ONES
        return int(plan["Shared Hit Blocks"]) + int(plan["Shared Read Blocks"])

    few = pages_read(FEW)
    # A deeper index costs a page or two; a scan of the table costs one per twenty rows or so.
    assert pages_read(MANY) < few + (MANY - FEW) / 100


def test_monthly_prices_are_not_part_of_the_sum_of_fixed_prices(
    session: Session, submit: Submit, handle_events: Handle
) -> None:
    fixed, monthly = submit(), submit(preferred_kind="fractional", days_a_month="4")
    handle_events()
    prices = {a.id: engagement_of(session, a.id) for a in (fixed, monthly)}
    found = queue_figures(session)
    assert [e.kind for e in prices.values() if e] == ["build", "fractional"]
    both = [found.fixed_cents["usd"], found.monthly_cents["usd"]]
    assert both == [e.total_cents for e in prices.values() if e]


def test_after_a_change_of_currency_each_price_keeps_its_own_and_sums_stay_separate(
    app: Flask,
    desk: FlaskClient,
    session: Session,
    submit: Submit,
    handle_events: Handle,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    submit(company="Dollar Bros")
    handle_events()
    in_euros = msgspec.structs.replace(current_rate_card(), currency="eur")
    monkeypatch.setitem(app.extensions, "rate_card", in_euros)
    submit(company="Euro Sisters")
    handle_events()

    open_value = queue_figures(session).fixed_cents
    assert list(open_value) == ["eur", "usd"]
    euros, dollars = (money(cents, currency) for currency, cents in open_value.items())
    page = desk.get("/staff/").text
    assert f"<dt>Open at fixed prices</dt><dd>{euros} + {dollars}</dd>" in page
    [in_row_of_euros] = [row for row in page.split("<tr>") if "Euro Sisters" in row]
    [in_row_of_dollars] = [row for row in page.split("<tr>") if "Dollar Bros" in row]
    assert euros in in_row_of_euros and dollars in in_row_of_dollars
