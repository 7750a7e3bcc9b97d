"""What the bank does with a payment: check it, post it, tell the holder."""

from sqlalchemy.orm import Session

from app.events.types import RecordedEvent
from app.labs.effects import write_effect

CHECKED, DEBITED, CREDITED, WRITTEN_TO = "check", "debit", "credit", "mail"


def check_compliance(session: Session, recorded: RecordedEvent) -> None:
    write_effect(session, recorded, CHECKED, subject=recorded.data.payment)


def post_payment(session: Session, recorded: RecordedEvent) -> None:
    """Post the payment twice, as in any ledger: a debit and a credit."""
    paid = recorded.data
    write_effect(session, recorded, DEBITED, subject=paid.payment, amount=-paid.amount_cents)
    write_effect(session, recorded, CREDITED, subject=paid.payment, amount=paid.amount_cents)


def notify_holder(session: Session, recorded: RecordedEvent) -> None:
    write_effect(session, recorded, WRITTEN_TO, subject=recorded.data.payment)
