"""Rebuilds the queue's tables in a separate schema while the old ones are in use."""

from typing import cast
from uuid import UUID

import psycopg
from sqlalchemy import Engine, MetaData, Table, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.applications.models import Application
from app.events.log import Place, end_of_log, place_of, read_log, read_unsettled
from app.platform.database import Base
from app.review.queue.models import QueueFigure, QueueRow
from app.review.queue.table import applications_of, write_rows

BATCH = 500
SWAP_TRIES = 10
NEW_SCHEMA = ("DROP SCHEMA IF EXISTS shadow CASCADE", "CREATE SCHEMA shadow")
# Everybody else queues behind whoever waits for this lock, so it gives up soon.
LOCK = (
    "SET LOCAL lock_timeout = '500ms'",
    "LOCK TABLE queue_rows, queue_figures IN ACCESS EXCLUSIVE MODE",
)
SWAP = (
    "DROP TABLE public.queue_rows, public.queue_figures",
    "ALTER TABLE shadow.queue_rows SET SCHEMA public",
    "ALTER TABLE shadow.queue_figures SET SCHEMA public",
    "DROP SCHEMA shadow",
)


def rebuild_queue(engine: Engine) -> None:
    """Rebuild both tables, catch up with what was recorded meanwhile, and swap them in.

    The site stays up: this uses short transactions, so that no reader of the log waits for it, and
    one lock at the end, for the last few events and the swap. What a subscriber writes into the old
    tables until then follows from an event that is caught up with; what it writes afterwards goes
    into the new ones. Raises OperationalError if the lock is not available.
    """
    with Session(engine) as session:
        make_shadow_tables(session)
        place = end_of_log(session)
        build_rows(session)
        session.execute(text("ANALYZE shadow.queue_rows"))
        session.commit()
        for _ in range(SWAP_TRIES):
            place = catch_up(session, place)
            if swap(session, place):
                return
        swap(session, place, is_last=True)


def make_shadow_tables(session: Session) -> None:
    """Create empty tables in another schema, with the same names as the real ones and their
    indexes."""
    for statement in NEW_SCHEMA:
        session.execute(text(statement))
    shadow = MetaData(schema="shadow", naming_convention=Base.metadata.naming_convention)
    for model in (QueueRow, QueueFigure):
        cast(Table, model.__table__).to_metadata(shadow).create(session.connection())
    session.commit()


def build_rows(session: Session) -> None:
    """Write a row for each application, one commit per batch."""
    last = UUID(int=0)
    while True:
        turn_to_shadow(session)
        wanted = select(Application.id).where(Application.id > last).order_by(Application.id)
        ids = session.scalars(wanted.limit(BATCH)).all()
        write_rows(session, ids)
        session.commit()
        if len(ids) < BATCH:
            return
        last = ids[-1]


def catch_up(session: Session, place: Place) -> Place:
    """Rewrite the rows that the events after ``place`` are about; return the place reached."""
    while True:
        events = read_log(session, place, most=BATCH)
        turn_to_shadow(session)
        write_rows(session, applications_of(events))
        session.commit()
        if not events:
            return place
        place = place_of(events[-1])


def swap(session: Session, place: Place, *, is_last: bool = False) -> bool:
    """Replace the old tables with the new ones, holding a lock on the old.

    Returns False if the lock is not available soon; with ``is_last`` that raises.
    """
    try:
        for statement in LOCK:
            session.execute(text(statement))
    except OperationalError as error:
        session.rollback()
        if is_last or not isinstance(error.orig, psycopg.errors.LockNotAvailable):
            raise
        return False
    turn_to_shadow(session)
    write_rows(session, applications_of(read_unsettled(session, place)))
    for statement in SWAP:
        session.execute(text(statement))
    session.commit()
    return True


def turn_to_shadow(session: Session) -> None:
    """Make the queue's table names mean the new tables until the transaction ends."""
    session.execute(text("SET LOCAL search_path = shadow, public"))
