"""Deposits, refunds and disputes are compared with the log, and corrected from it."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import Engine, text

from app.accounts.models import Staff
from app.payments.deposits import Transfer
from app.payments.models import CheckoutAttempt
from app.payments.projection import MoneyProjection
from app.payments.refunds import BankRefund, record_bank_refund
from app.payments.service import record_bank_payment
from app.platform.database import db, utc_now
from tests.integration.payments.actors import Handle, LaterEvent, Payer, Tell

Alter = Callable[[str], None]
Differences = Callable[[], list[str]]


@pytest.fixture
def by_card(
    paid: CheckoutAttempt, refund_event: LaterEvent, dispute_event: LaterEvent, tell: Tell
) -> None:
    """A deposit paid by card, with a refund and a dispute in each of their states."""
    for status in ("pending", "succeeded", "failed", "canceled"):
        tell(refund_event("created", paid, id=f"re_{status}", amount=1_000, status=status))
    tell(refund_event("created", paid, id="re_undone", amount=1_000))
    tell(refund_event("updated", paid, id="re_undone", amount=1_000, status="canceled"))
    words = ("warning_needs_response", "needs_response", "under_review", "won", "lost", "prevented")
    for status in words:
        tell(dispute_event("created", paid, id=f"du_{status}", status=status))
    less = {"id": "du_needs_response", "amount": 400_000}
    tell(dispute_event("updated", paid, after=1, **less))
    tell(dispute_event("updated", paid, after=2, status="under_review", **less))


@pytest.fixture
def by_transfer(payer: Payer, ada: Staff, handle_events: Handle) -> None:
    """A deposit paid by a transfer, and a part of it refunded."""
    day = utc_now().date()
    engagement = payer.engagement
    record_bank_payment(payer.session, engagement, Transfer(ada.id, day, "REF 7"))
    record_bank_refund(payer.session, engagement, BankRefund(ada.id, 1_000, day, None, "form"))
    payer.session.commit()
    handle_events()


@pytest.fixture
def alter(owner: Engine, payer: Payer) -> Alter:
    """Change the database as its tables' owner, by that statement."""

    def alter(statement: str) -> None:
        payer.session.rollback()
        with owner.begin() as connection:
            assert connection.execute(text(statement)).rowcount == 1

    return alter


@pytest.fixture
def verify(payer: Payer) -> Differences:
    def verify() -> list[str]:
        payer.session.rollback()
        return [str(found) for found in MoneyProjection().verify(db.engine)]

    return verify


def test_rows_in_each_state_agree_with_the_log(by_card: None, verify: Differences) -> None:
    assert verify() == []


def test_a_deposit_may_be_missing_only_until_its_subscriber_has_made_it_due(
    payer: Payer, verify: Differences, handle_events: Handle, alter: Alter
) -> None:
    assert verify() == []
    handle_events()
    assert verify() == []
    alter("DELETE FROM deposits")
    assert [line.partition(": ")[2] for line in verify()] == [
        "is missing, though its stream begins it"
    ]


REFUND = "UPDATE refunds SET {} WHERE stripe_refund_id = 're_succeeded'"
DISPUTE = "UPDATE disputes SET {} WHERE stripe_dispute_id = 'du_needs_response'"
LOST = "UPDATE disputes SET {} WHERE stripe_dispute_id = 'du_lost'"

GRACE = "SELECT id FROM staff WHERE name = 'Grace Hopper'"


ALTERATIONS = [
    ("UPDATE deposits SET amount_cents = 1", "amount_cents is 1, the log says 500000"),
    ("UPDATE deposits SET currency = 'eur'", 'currency is "eur", the log says "usd"'),
    ("UPDATE deposits SET paid_at = now()", "paid_at is "),
    (
        "UPDATE deposits SET status = 'due', method = NULL, paid_at = NULL",
        'status is "due", the log says "paid"',
    ),
    (REFUND.format("amount_cents = 900"), "amount_cents is 900, the log says 1000"),
    (REFUND.format("status = 'failed'"), 'status is "failed", the log says "succeeded"'),
    (REFUND.format("status = 'pending'"), 'status is "pending", the log says "succeeded"'),
    (DISPUTE.format("amount_cents = 1"), "amount_cents is 1, the log says 400000"),
    (DISPUTE.format("currency = 'eur'"), 'currency is "eur", the log says "usd"'),
    (LOST.format("status = 'won'"), 'status is "won", the log says "lost"'),
]


def test_an_altered_row_of_a_card_payment_is_named_and_corrected(
    by_card: None, alter: Alter, verify: Differences, owner: Engine
) -> None:
    for statement, named in ALTERATIONS:
        alter(statement)
        found = verify()
        assert any(named in line for line in found), statement
        assert [str(one) for one in MoneyProjection().rebuild(owner)] == found, statement
        assert verify() == [], statement


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE refunds SET amount_cents = 2000", "amount_cents is 2000, the log says 1000"),
        (f"UPDATE refunds SET recorded_by_id = ({GRACE})", "recorded_by_id is"),
        (f"UPDATE deposits SET recorded_by_id = ({GRACE})", "recorded_by_id is"),
    ],
)
def test_an_altered_row_of_a_transfer_is_named(
    by_transfer: None,
    grace: Staff,
    alter: Alter,
    verify: Differences,
    statement: str,
    named: str,
) -> None:
    assert verify() == []
    alter(statement)
    assert [named in line for line in verify()] == [True]


# Each in another row.
DISAGREEMENTS = [
    ("DELETE FROM refunds WHERE stripe_refund_id = 're_succeeded'", "refunds .*: is missing"),
    ("DELETE FROM disputes WHERE stripe_dispute_id = 'du_won'", "disputes .*: is missing"),
    ("UPDATE refunds SET status = 'failed' WHERE stripe_refund_id = 're_pending'", "no event"),
    (LOST.format("status = 'needs_response'"), 'the log says "lost"'),
    (DISPUTE.format("status = 'won'"), 'status is "won", the log says "dispute"'),
]


def test_each_row_too_many_too_few_or_in_another_state_is_named(
    by_card: None, alter: Alter, verify: Differences
) -> None:
    for statement, _ in DISAGREEMENTS:
        alter(statement)
    found = verify()
    assert len(found) == len(DISAGREEMENTS)
    for _, named in DISAGREEMENTS:
        assert len([line for line in found if re.search(named, line)]) == 1, named


def test_what_events_do_not_say_is_left_as_it_is(
    by_card: None, alter: Alter, owner: Engine
) -> None:
    alter(DISPUTE.format("status = 'won'"))
    alter("DELETE FROM refunds WHERE stripe_refund_id = 're_succeeded'")
    lines = [str(one) for one in MoneyProjection().rebuild(owner)]
    assert [line.endswith("left as it is") for line in lines] == [True, True]


def test_the_command_names_a_refund_that_was_altered(
    app: Flask, by_transfer: None, alter: Alter
) -> None:
    alter("UPDATE refunds SET amount_cents = 2000")
    found = app.test_cli_runner().invoke(args=["events", "verify"])
    assert found.exit_code == 1
    assert "amount_cents is 2000, the log says 1000" in found.output
