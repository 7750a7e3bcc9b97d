"""What the departments do when an order is placed."""

from sqlalchemy.orm import Session

from app.events.store import record
from app.events.types import RecordedEvent
from app.labs.effects import write_effect
from app.labs.retail.events import StockReserved

RESERVED, CONFIRMED, WRITTEN_TO = "reservation", "confirmation", "mail"


def reserve_stock(session: Session, recorded: RecordedEvent) -> None:
    """Reserve the goods, and record that as an event."""
    order = recorded.data
    write_effect(session, recorded, RESERVED, amount=order.quantity)
    record(
        session,
        recorded.stream,
        StockReserved(article=order.article, quantity=order.quantity),
        actor="system:retail.reserve_stock",
    )


def confirm_order(session: Session, recorded: RecordedEvent) -> None:
    write_effect(session, recorded, CONFIRMED)


def notify_customer(session: Session, recorded: RecordedEvent) -> None:
    write_effect(session, recorded, WRITTEN_TO)
