"""What is asked of Stripe again and again, and what follows from an event that it tells anew."""

import json
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from app.payments.models import CheckoutAttempt, Refund
from app.payments.stripe import inbox, settlement
from app.payments.stripe.inbox import store_stripe_event
from app.payments.stripe.reconciliation import GRACE, OVERLAP
from app.payments.stripe.sdk import Gateway
from app.payments.tasks import reconcile_payments
from app.platform.database import utc_now
from tests.integration.payments.actors import (
    Handle,
    LaterEvent,
    Pass,
    Payer,
    PostWebhook,
    Standin,
)


def test_all_of_the_last_thirty_days_is_asked_for_once_a_day_and_otherwise_what_is_newer(
    paid: CheckoutAttempt, standin: Standin, wait: Pass, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[datetime] = []
    read = Gateway.read_events

    def ask(gateway: Gateway, types: list[str], since: datetime, until: datetime) -> list[bytes]:
        asked.append(since)
        return read(gateway, types, since, until)

    monkeypatch.setattr(Gateway, "read_events", ask)
    standin.fail("500", times=1)
    begun = utc_now()
    for minutes in (0, 10, 20, 1449, 1451, 1461, 0):
        wait(timedelta(minutes=minutes))
        reconcile_payments()
    first, again, soon, later, daily, after_it, set_back = asked
    assert {first, again, daily, set_back} == {paid.created_at}  # the first came to nothing
    assert soon == later
    assert begun - OVERLAP <= soon < begun - OVERLAP + timedelta(minutes=1)
    assert after_it > soon + timedelta(days=1)


def test_a_change_of_an_old_refund_is_found_without_reading_everything_again(
    paid: CheckoutAttempt,
    standin: Standin,
    payer: Payer,
    wait: Pass,
    handle_events: Handle,
) -> None:
    standin.refund(paid.stripe_session_id, "1000")
    wait(GRACE)
    reconcile_payments()
    handle_events()
    [refund] = payer.session.scalars(select(Refund))
    standin.fail_refund(paid.stripe_session_id, str(refund.stripe_refund_id))
    reconcile_payments()
    handle_events()
    told = [one.type for one in payer.told()]
    assert told == ["deposit.paid", "deposit.refunded", "deposit.refund_failed"]


def test_an_event_of_which_an_older_release_could_read_nothing_is_read_when_it_is_fetched(
    paid: CheckoutAttempt,
    payer: Payer,
    refund_event: LaterEvent,
    post_webhook: PostWebhook,
    handle_events: Handle,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    refund = refund_event("created", paid)
    with monkeypatch.context() as older:
        older.setattr(inbox, "SHAPES", {})
        older.setattr(settlement, "REFUNDS", ())
        post_webhook(refund)
        handle_events()
    for _ in range(2):
        store_stripe_event(payer.session, json.dumps(refund).encode())
        payer.session.commit()
        handle_events()
    assert [one.type for one in payer.told()] == ["deposit.paid", "deposit.refunded"]
