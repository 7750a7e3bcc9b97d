"""Building the queue's tables anew in a schema of their own, while the old ones serve."""

from typing import cast
from uuid import UUID

import psycopg
from sqlalchemy import Engine, MetaData, Table, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.applications.models import Application
from app.database import Base
from app.events.log import Place, end_of_log, place_of, read_log, read_unsettled
from app.review.queue.models import QueueFigure, QueueRow
from app.review.queue.table import applications_of, write_rows

BATCH = 500
SWAP_TRIES = 10
NEW_SCHEMA = ("DROP SCHEMA IF EXISTS shadow CASCADE", "CREATE SCHEMA shadow")
# Whoever waits for this lock has everybody else wait behind it, so it waits briefly.
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
    """Build both tables anew, catch up with what is recorded meanwhile, and swap them in.

    It goes on as the site does: in short transactions, so that nobody who follows the log waits for
    them, and with one lock at the end, for the last few events and the swap. What a subscriber
    writes into the old tables up to then follows from an event that is caught up with; what it
    writes afterwards goes into the new ones. Raises OperationalError where the lock can't be had.
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
    """Empty tables with the names of the real ones, down to the indexes', in another schema."""
    for statement in NEW_SCHEMA:
        session.execute(text(statement))
    shadow = MetaData(schema="shadow", naming_convention=Base.metadata.naming_convention)
    for model in (QueueRow, QueueFigure):
        cast(Table, model.__table__).to_metadata(shadow).create(session.connection())
    session.commit()


def build_rows(session: Session) -> None:
    """A row for each application there is, a batch and a commit at a time."""
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
    """Make anew the rows that events behind ``place`` are about; the place reached."""
    while True:
        events = read_log(session, place, most=BATCH)
        turn_to_shadow(session)
        write_rows(session, applications_of(events))
        session.commit()
        if not events:
            return place
        place = place_of(events[-1])


def swap(session: Session, place: Place, *, is_last: bool = False) -> bool:
    """Put the new tables in the place of the old ones, under their lock.

    False where the lock can't be had at once; with ``is_last`` that raises.
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
    """Until the transaction ends, the queue's tables are the new ones; the others stay."""
    session.execute(text("SET LOCAL search_path = shadow, public"))
