"""What a row of the queue says, and figures that stay exact under concurrent writes."""

import json
import random
from collections.abc import Callable
from multiprocessing.pool import ThreadPool
from threading import Thread
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import text, update
from sqlalchemy.orm import Session

from app.applications.models import Application
from app.events.log import START, read_log
from app.events.models import StoredEvent
from app.platform.database import db
from app.review.queue import table
from app.review.queue.figures import queue_figures
from app.review.queue.models import QueueRow
from app.review.queue.projection import QueueProjection
from app.review.queue.table import keep_rows
from app.review.subscribers import list_application
from app.scoring.models import ScoreRecord
from tests.settled import wait_until_settled
from tests.site import eventually

Stock = Callable[[list[dict[str, Any]]], list[UUID]]
Submit = Callable[..., Application]
Handle = Callable[[], None]


def judged(session: Session, application_id: UUID, *points: tuple[str, int, int]) -> QueueRow:
    """The row of an application with these criteria, each (reason, points, out of)."""
    criteria = [{"points": got, "out_of": of, "reason": reason} for reason, got, of in points]
    session.execute(
        update(ScoreRecord)
        .where(ScoreRecord.application_id == application_id)
        .values(result={"criteria": criteria, "band_label": "Good fit"})
    )
    keep_rows(session, [application_id])
    return session.get_one(QueueRow, application_id, populate_existing=True)


@pytest.fixture
def scored(stock: Stock) -> UUID:
    return stock([{"total": 50}])[0]


def test_the_heaviest_criterion_that_is_fully_met_speaks_for_it(
    session: Session, scored: UUID
) -> None:
    row = judged(session, scored, ("partly", 20, 22), ("light", 4, 4), ("heavy", 14, 14))
    assert row.strongest == "heavy"


def test_the_criterion_that_cost_the_most_points_speaks_against_it(
    session: Session, scored: UUID
) -> None:
    row = judged(session, scored, ("none of few", 0, 4), ("half of many", 11, 22))
    assert row.weakest == "half of many"


def test_of_two_criteria_with_equal_weight_the_first_is_named(
    session: Session, scored: UUID
) -> None:
    row = judged(session, scored, ("one", 3, 6), ("two", 3, 6))
    assert (row.strongest, row.weakest) == ("one", "one")


def test_a_criterion_with_more_than_half_of_its_points_is_never_named_as_a_weakness(
    session: Session, scored: UUID
) -> None:
    row = judged(session, scored, ("all", 10, 10), ("over half of many", 12, 22), ("most", 10, 11))
    assert row.weakest is None
    row = judged(session, scored, ("over half of many", 12, 22), ("half of few", 2, 4))
    assert row.weakest == "half of few"


def test_an_unscored_row_names_no_criterion(session: Session, stock: Stock) -> None:
    row = session.get_one(QueueRow, stock([{"total": None}])[0])
    assert (row.is_scored, row.strongest, row.weakest) == (False, None, None)


def test_a_row_is_removed_with_its_figures_once_its_application_is_gone(
    session: Session, scored: UUID
) -> None:
    session.execute(text("DELETE FROM scores"))
    session.execute(text("DELETE FROM applications"))
    keep_rows(session, [scored])
    assert session.get(QueueRow, scored, populate_existing=True) is None
    assert queue_figures(session).counts["all"] == 0


def test_handling_events_again_and_in_any_order_changes_nothing(
    session: Session, submit: Submit, handle_events: Handle
) -> None:
    submit()
    handle_events()
    before = snapshot(session)
    wait_until_settled()
    events = list(read_log(session, START, most=100))
    assert len(events) == 3
    random.shuffle(events)
    for recorded in [*events, *events]:
        list_application(session, recorded)
    session.commit()
    assert snapshot(session) == before


def snapshot(session: Session) -> list[str]:
    tables = ("queue_rows", "queue_figures")
    return [
        json.dumps(row[0], sort_keys=True)
        for table in tables
        for row in session.execute(text(f"SELECT to_jsonb(t) FROM {table} t ORDER BY 1"))
    ]


def keep_at_once(app: Flask, ids: list[UUID]) -> None:
    """Six workers at once change the status of a few applications and update their rows."""

    def keep(application_id: UUID) -> None:
        with app.app_context():
            status = random.choice(["submitted", "more_requested"])
            db.session.execute(
                update(Application).where(Application.id == application_id).values(status=status)
            )
            db.session.commit()
            keep_rows(db.session(), [application_id])
            db.session.commit()

    with ThreadPool(6) as pool:
        pool.map(keep, random.choices(ids, k=150))


def test_the_figures_are_exact_however_many_workers_write_at_once(
    app: Flask, stock: Stock, session: Session
) -> None:
    ids = stock([{"total": 50}, {"total": None}])
    keep_at_once(app, ids)
    assert figures_differ() == []


def keep_before_another_commits(app: Flask, session: Session, application_id: UUID) -> None:
    """Update a changed row; before that commits, another worker starts to do the same."""

    def keep() -> None:
        with app.app_context():
            keep_rows(db.session(), [application_id])
            db.session.commit()

    session.execute(update(Application).values(status="more_requested"))
    session.commit()
    keep_rows(session, [application_id])
    other = Thread(target=keep)
    other.start()
    eventually(somebody_waits)
    session.commit()
    other.join()


def somebody_waits() -> bool:
    with db.engine.connect() as connection:
        return bool(connection.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))


def test_two_workers_updating_the_same_row_count_it_once(
    app: Flask, stock: Stock, session: Session
) -> None:
    keep_before_another_commits(app, session, stock([{"total": 50}])[0])
    assert figures_differ() == []


def test_without_taking_turns_two_workers_would_count_it_twice(
    app: Flask, stock: Stock, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control."""
    monkeypatch.setattr(table, "QUEUE_UP", text("SELECT 1 WHERE :ids IS NOT NULL"))
    keep_before_another_commits(app, session, stock([{"total": 50}])[0])
    assert len(figures_differ()) == 2


def figures_differ() -> list[str]:
    found = map(str, QueueProjection().verify(db.engine))
    return [line for line in found if line.startswith("queue_figures")]


def test_the_queue_is_updated_by_every_event_that_it_shows(
    session: Session, submit: Submit, handle_events: Handle
) -> None:
    application = submit()
    handle_events()
    row = session.get_one(QueueRow, application.id)
    assert (row.status, row.kind, row.is_scored) == ("submitted", "build", True)
    assert row.total_cents
    assert session.query(StoredEvent).count() == 3
