"""Which row is sent next, and what came of it.

A row is claimed and committed as `sending` before the other side hears of it, and no transaction is
open while it is sent. A crash leaves it `sending`; the next sender puts it back, and it goes out
again: at least once, never lost.
"""

from datetime import timedelta
from typing import TypeVar

from sqlalchemy import ColumnElement, delete, func, select, text, update
from sqlalchemy.orm import Session

from app.circuits.queries import is_refusing
from app.outbox.models import OutboxRow
from app.platform.outbound_hold.service import is_outbound_held

Row = TypeVar("Row", bound=OutboxRow)

CLAIM = """
UPDATE {table} SET status = 'sending', attempts = attempts + 1, claimed_at = clock_timestamp()
WHERE id = ({next_due}) RETURNING *
"""

REQUEUE_ORPHANS = """
UPDATE {table} SET status = 'queued', last_error = 'The worker died while sending it.'
WHERE status = 'sending'
"""

COUNT_DUE = """
SELECT count(*) FROM {table}
WHERE status = 'queued' AND not_before <= now() OR status = 'sending'
"""


def claim_next(session: Session, model: type[Row], next_due: str, *, circuit: str) -> Row | None:
    """Claim the row that ``next_due`` (SQL for its id, locked) finds, commit, and return it, with
    no transaction open. Claims nothing while the circuit is open or the outbound hold is on."""
    claim = text(CLAIM.format(table=model.__tablename__, next_due=next_due))
    claimed = select(model).from_statement(claim).execution_options(populate_existing=True)
    rests = is_outbound_held(session) or is_refusing(session, circuit)
    row = None if rests else session.scalar(claimed)
    if row is not None:
        session.expunge(row)  # so that reading it opens no transaction
    session.commit()
    return row


def note_sent(session: Session, row: OutboxRow) -> None:
    """Note that the other side took it, and commit."""
    _note(session, row, status="sent", sent_at=func.clock_timestamp(), last_error=None)


def note_not_sent(
    session: Session, row: OutboxRow, *, has_failed: bool, delay: float, error: str, **more: object
) -> None:
    """Note why it was not sent, with ``more`` columns of its table, and commit: it has failed for
    good, or is tried again after ``delay`` seconds."""
    _note(
        session,
        row,
        status="failed" if has_failed else "queued",
        not_before=func.clock_timestamp() + timedelta(seconds=delay),
        last_error=error,
        **more,
    )


def discard_claimed(session: Session, row: OutboxRow) -> None:
    """Delete what was claimed and is not to be sent after all, and commit."""
    session.execute(delete(type(row)).where(*_is_claimed(row)))
    session.commit()


def queue_again(
    session: Session, model: type[OutboxRow], *which: ColumnElement[bool], **more: object
) -> int:
    """Queue the failed rows, or ``which`` of them, as if they had never been tried, and set
    ``more`` columns of their table; return how many."""
    failed = update(model).where(model.status == "failed", *which)
    anew = {"status": "queued", "attempts": 0, "last_error": None, "not_before": func.now()}
    return int(session.execute(failed.values(anew | more)).rowcount)  # type: ignore[attr-defined]


def requeue_orphans(session: Session, model: type[OutboxRow]) -> None:
    """Queue again what a worker was sending when it died. Only one sender may be at work."""
    session.execute(text(REQUEUE_ORPHANS.format(table=model.__tablename__)))
    session.commit()


def count_due(session: Session, model: type[OutboxRow]) -> int:
    """How many rows a sender would find to send."""
    due = session.scalar(text(COUNT_DUE.format(table=model.__tablename__)))
    session.commit()
    return int(due or 0)


def _note(session: Session, row: OutboxRow, **values: object) -> None:
    """Notes nothing if another worker has put the row back in the meantime."""
    session.execute(update(type(row)).where(*_is_claimed(row)).values(values))
    session.commit()


def _is_claimed(row: OutboxRow) -> tuple[ColumnElement[bool], ...]:
    """The condition that the row is still as this worker has claimed it."""
    model = type(row)
    return (model.id == row.id, model.status == "sending", model.claimed_at == row.claimed_at)
