"""Stripe's events name the payer. The name is never stored, whatever the event leads to and
whenever it comes."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.applications.erasure import erase_person
from app.payments.deposits import forget_payer, lock_deposit
from app.payments.models import CheckoutAttempt, Deposit
from app.payments.service import open_deposit_checkout
from app.platform.database import db
from tests.integration.payments.actors import CheckoutEvent, Handle, Payer, PostWebhook, Standin

PAYER = {"email": "canary@wren.example", "name": "Canary Wren", "address": {"city": "Canary Bay"}}
NAMES_THE_PAYER = {
    "customer_email": PAYER["email"],
    "customer_details": PAYER,
    "shipping_details": PAYER,
}
STORED = text("SELECT string_agg(e::text, ' ') FROM stripe_events e")


@pytest.fixture
def tell(
    post_webhook: PostWebhook, handle_events: Handle, session: Session
) -> Callable[[dict[str, Any]], str]:
    """Send an event and handle it. Returns everything stored about Stripe's events."""

    def tell(event: dict[str, Any]) -> str:
        assert post_webhook(event).status_code == 200
        handle_events()
        return str(session.scalar(STORED))

    return tell


@pytest.mark.parametrize("kind", ["completed", "expired", "async_payment_failed"])
def test_an_event_that_counts_leaves_no_name(
    attempt: CheckoutAttempt, checkout_event: CheckoutEvent, tell: Callable[..., str], kind: str
) -> None:
    stored = tell(checkout_event(kind, attempt, **NAMES_THE_PAYER))
    assert "Canary" not in stored and "canary" not in stored


def test_an_event_that_comes_after_the_erasure_leaves_no_name(
    attempt: CheckoutAttempt,
    payer: Payer,
    checkout_event: CheckoutEvent,
    tell: Callable[..., str],
    handle_events: Handle,
    session: Session,
) -> None:
    late = checkout_event("expired", attempt, **NAMES_THE_PAYER)
    handle_events()
    erase_person(session, payer.application_id, actor="operator:ada")
    session.commit()
    handle_events()
    stored = tell(late)
    assert "The payment page has expired." in stored
    assert "Canary" not in stored and "canary" not in stored


def test_a_client_erased_while_pressing_the_button_is_not_named_to_stripe(
    standin: Standin, payer: Payer, session: Session
) -> None:
    engagement, application = payer.engagement, payer.application
    with Session(db.engine) as other:
        erase_person(other, application.id, actor="operator:ada")
        other.commit()
    assert open_deposit_checkout(session, engagement, application) is None
    assert standin.sessions() == []
    assert payer.attempts() == []


def test_an_erasure_waits_for_what_is_being_settled_before_it_changes_anything(
    paid: CheckoutAttempt, payer: Payer, session: Session
) -> None:
    lock_deposit(session, Deposit.id == paid.deposit_id)
    with Session(db.engine) as other:
        other.execute(text("SET LOCAL lock_timeout = '50ms'"))
        with pytest.raises(OperationalError):
            forget_payer(other, payer.engagement_id)
    session.rollback()
    with Session(db.engine) as other:
        forget_payer(other, payer.engagement_id)
        other.commit()
    assert payer.attempts()[0].request == {}


def test_an_event_that_does_not_count_leaves_no_name(
    attempt: CheckoutAttempt, checkout_event: CheckoutEvent, tell: Callable[..., str]
) -> None:
    another = {"client_reference_id": None, "metadata": {"buyer": "Canary Wren"}}
    event = checkout_event("completed", attempt, **NAMES_THE_PAYER, **another)
    stored = tell(event)
    assert "no reference of ours" in stored
    assert "Canary" not in stored and "canary" not in stored


@pytest.mark.parametrize("about", [PAYER, [PAYER], "Canary Wren", {"object": PAYER}])
def test_an_event_of_another_type_or_shape_leaves_no_name(
    standin: Standin, tell: Callable[..., str], about: Any
) -> None:
    event = {"id": "evt_1", "type": "customer.created", "livemode": False, "data": about}
    assert "anary" not in tell(event)
    assert "anary" not in tell({**event, "id": "evt_2", "type": "checkout.session.completed"})
