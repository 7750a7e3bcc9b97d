"""A deposit that was paid twice: staff are asked to refund one of the two until that is done."""

from datetime import timedelta
from pathlib import Path
from runpy import run_path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text, update
from sqlalchemy.orm import Session

from app.payments.models import CheckoutAttempt
from tests.integration.conftest import Tamper
from tests.integration.payments.actors import CheckoutEvent, LaterEvent, Payer, Tell

MIGRATION = Path(__file__).parents[3] / "migrations/versions/0052_refunds_and_disputes.py"
DESK = "/staff/engagements/{}/payment"


def test_the_second_payment_is_refunded_and_the_desk_says_that_this_is_done(
    paid_twice: tuple[CheckoutAttempt, CheckoutAttempt],
    payer: Payer,
    refund_event: LaterEvent,
    tell: Tell,
    desk: FlaskClient,
) -> None:
    _, extra = paid_twice
    page = f"/staff/applications/{payer.application_id}"
    assert "Refund $5,000 at Stripe." in desk.get(page).text
    tell(refund_event("created", extra, amount=200_000))
    assert "Refund $3,000 at Stripe." in desk.get(page).text
    deposit = DESK.format(payer.engagement_id)
    assert "Refunded $2,000 of $5,000. Refund $3,000 at Stripe." in desk.get(deposit).text
    tell(refund_event("created", extra, id="re_2", amount=300_000, status="pending"))
    assert "at Stripe. This notice" not in desk.get(page).text
    assert "refund $5,000; done" not in desk.get(page).text
    tell(refund_event("updated", extra, id="re_2", amount=300_000))
    done = desk.get(page).text
    assert "at Stripe. This notice" not in done and "Deposit refunded" not in done
    assert "Deposit paid twice: refund $5,000; done" in done
    assert [told.data.is_extra for told in payer.told()[2:]] == [True, True]
    own = payer.browser.get(payer.own_page).text
    assert "Of the second payment, $5,000 is refunded:" in own
    assert "Your engagement is confirmed." in own and "All of it" not in own


def test_of_two_payments_the_first_can_be_refunded_as_well_and_the_other_stands(
    paid_twice: tuple[CheckoutAttempt, CheckoutAttempt],
    payer: Payer,
    refund_event: LaterEvent,
    tell: Tell,
    desk: FlaskClient,
) -> None:
    own, extra = paid_twice
    pages = (f"/staff/applications/{payer.application_id}", DESK.format(payer.engagement_id))
    assert "Refund $5,000 at Stripe." in desk.get(pages[0]).text
    assert "Refund it at Stripe." in desk.get(pages[1]).text
    assert "paid twice: refund $5,000; done" not in desk.get(pages[0]).text
    tell(refund_event("created", own))
    assert "Refund $5,000 at Stripe." not in desk.get(pages[0]).text
    assert "paid twice: refund $5,000; done" in desk.get(pages[0]).text
    assert "Refund it at Stripe." not in desk.get(pages[1]).text
    assert "Your engagement is confirmed." in payer.browser.get(payer.own_page).text
    tell(refund_event("created", extra, id="re_2"))
    assert "Your payment is refunded." in payer.browser.get(payer.own_page).text


def test_second_payments_of_an_older_release_are_known_as_such_after_the_migration(
    attempt: CheckoutAttempt,
    payer: Payer,
    checkout_event: CheckoutEvent,
    tell: Tell,
    session: Session,
) -> None:
    tell(checkout_event("expired", attempt, payment_status="unpaid"))
    payer.press_pay()
    _, second = payer.attempts()
    for one in (second, attempt):
        tell(checkout_event("completed", one))
    session.execute(update(CheckoutAttempt).values(is_extra=False))
    session.execute(text(run_path(str(MIGRATION))["MARK_EXTRA"]))
    session.commit()
    assert [one.is_extra for one in payer.attempts()] == [True, False]


@pytest.mark.parametrize(
    ("days", "is_named", "is_asked"), [(31, False, False), (29, False, True), (31, True, True)]
)
def test_a_second_payment_from_before_refunds_were_followed_is_asked_for_as_long_as_stripe_tells(
    paid_twice: tuple[CheckoutAttempt, CheckoutAttempt],
    payer: Payer,
    desk: FlaskClient,
    tamper: Tamper,
    days: int,
    is_named: bool,
    is_asked: bool,
) -> None:
    paid_twice[1].created_at -= timedelta(days=days)
    payer.session.commit()
    if not is_named:
        tamper("UPDATE events SET data = data - 'attempt_id' WHERE type = 'deposit.overpaid'")
    page = desk.get(f"/staff/applications/{payer.application_id}").text
    assert ("Refund $5,000 at Stripe." in page) == is_asked
    deposit = desk.get(DESK.format(payer.engagement_id)).text
    assert ("look at Stripe whether it was refunded" in deposit) != is_asked


def test_the_deposits_page_asks_only_for_what_is_not_under_way(
    paid_twice: tuple[CheckoutAttempt, CheckoutAttempt],
    payer: Payer,
    refund_event: LaterEvent,
    tell: Tell,
    desk: FlaskClient,
) -> None:
    tell(refund_event("created", paid_twice[1], amount=200_000, status="pending"))
    page = desk.get(DESK.format(payer.engagement_id)).text
    assert "although the deposit had been paid. Refund $3,000 at Stripe." in page
