"""What other packages may ask of any outbox."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.outbox.models import OutboxRow

UNSENT = "SELECT status, count(*) FROM {table} WHERE status <> 'sent' GROUP BY status"


def count_unsent_by_status(session: Session, model: type[OutboxRow]) -> dict[str, int]:
    """How many rows wait, are being sent, or have failed. Sent ones are left out: counting them
    would take longer every day."""
    rows = session.execute(text(UNSENT.format(table=model.__tablename__)))
    return {"queued": 0, "sending": 0, "failed": 0} | dict(rows.all())
