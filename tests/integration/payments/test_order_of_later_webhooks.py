"""A payment, its refunds and its dispute, shuffled, repeated and mixed with what must not count,
end as they do in order."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from app.payments.models import Dispute, Refund
from app.payments.projection import MoneyProjection
from app.payments.stripe.reconciliation import hear_again
from app.platform.database import db
from tests.integration.payments.actors import (
    CheckoutEvent,
    Handle,
    Hear,
    LaterEvent,
    Payer,
    Standin,
)
from tests.limits import reset_limits

Story = list[tuple[str, dict[str, Any]]]
Play = Callable[..., dict[str, Any]]

SHUFFLES = 3  # of each story; without its guards the first two already end otherwise
PART, REST = {"id": "re_part", "amount": 200_000}, {"id": "re_rest", "amount": 300_000}
PENDING = {"status": "pending"}
ASKS, AGAIN = {"status": "warning_needs_response"}, {"status": "under_review"}
# What Stripe says about one payment after it, in order.
TRUE_STORIES: dict[str, Story] = {
    "in parts": [("refund.created", PART), ("refund.created", REST)],
    "later": [("refund.created", {**PART, **PENDING}), ("refund.updated", PART)],
    "fails": [
        ("refund.created", {**PART, **PENDING}),
        ("refund.updated", PART),
        ("refund.updated", {**PART, "status": "failed"}),
        ("refund.failed", PART),
        ("refund.created", {**PART, "id": "re_another"}),
    ],
    "won": [
        ("dispute.created", {}),
        ("dispute.updated", AGAIN),
        ("dispute.closed", {"status": "won"}),
    ],
    "asked": [("dispute.created", ASKS), ("dispute.updated", {}), ("dispute.closed", {})],
    "appealed": [
        ("dispute.created", {}),
        ("dispute.closed", {}),
        ("dispute.updated", {"status": "appeal_under_review"}),
        ("dispute.closed", {"status": "won"}),
    ],
    "both": [("refund.created", PART), ("dispute.created", {"amount": 300_000})],
    "both, won": [
        ("refund.created", PART),
        ("dispute.created", {"amount": 300_000}),
        ("dispute.updated", {"amount": 250_000, "evidence_details": {"due_by": 1_798_800_000}}),
        ("dispute.closed", {"amount": 250_000, "status": "won"}),
        ("refund.created", REST),
    ],
    "put off": [
        ("dispute.created", {}),
        ("dispute.updated", {"evidence_details": {"due_by": 1_798_800_000}}),
        ("dispute.updated", {"evidence_details": {"due_by": 1_798_700_000}, "amount": 1}),
    ],
}
FALSE: Story = [
    ("refund.created", {**PART, "currency": "eur"}),
    ("refund.created", {**PART, "amount": 500_001}),
    ("refund.updated", {**PART, "livemode": True}),
    ("refund.failed", {**PART, "payment_intent": "pi_of_another_site"}),
    ("dispute.closed", {"livemode": True}),
    ("dispute.closed", {"payment_intent": None}),
]


def end_of(payer: Payer) -> dict[str, Any]:
    deposit = payer.deposit()
    refunds = payer.session.scalars(select(Refund).filter_by(deposit_id=deposit.id))
    disputes = payer.session.scalars(select(Dispute).filter_by(deposit_id=deposit.id))
    told = payer.told()
    totals = [one.data.refunded_cents for one in told if hasattr(one.data, "refunded_cents")]
    return {
        "deposit": deposit.status,
        "payments": len(payer.payments()),
        "refunds": sorted((one.amount_cents, one.status) for one in refunds),
        "refunded": totals[-1:],
        "disputes": [(one.amount_cents, one.status, one.answer_by) for one in disputes],
        "told last": [one.type for one in told if "dispute" in one.type][-1:],
        "engagement": payer.engagement.status,
        "differs from the log": [str(found) for found in MoneyProjection().verify(db.engine)],
    }


@pytest.fixture
def play(
    agree: Callable[[], Payer],
    checkout_event: CheckoutEvent,
    refund_event: LaterEvent,
    dispute_event: LaterEvent,
    hear: Hear,
    handle_events: Handle,
    standin: Standin,
) -> Play:
    """Have a new client pay, and send what Stripe says, handling events now and then. Returns the
    outcome."""

    def play(story: Story, shuffle: random.Random | None = None) -> dict[str, Any]:
        payer = agree()
        reset_limits()  # each client has their own address
        payer.press_pay()
        [attempt] = payer.attempts()
        mark = str(attempt.id)

        def event(kind: str, changed: dict[str, Any], after: int) -> dict[str, Any]:
            about, _, what = kind.partition(".")
            changed = {"payment_intent": f"pi_{mark}", **changed}
            if about == "refund":
                return refund_event(what, attempt, **{**changed, "id": f"{changed['id']}_{mark}"})
            return dispute_event(what, attempt, after=after, id=f"du_{mark}", **changed)

        told = [checkout_event("completed", attempt, payment_intent=f"pi_{mark}")]
        told += [event(kind, changed, after) for after, (kind, changed) in enumerate(story)]
        hear(told, [event(kind, changed, 99) for kind, changed in FALSE], shuffle)
        hear_again(payer.session)
        handle_events()
        return end_of(payer)

    return play


@pytest.mark.parametrize("story", TRUE_STORIES)
def test_the_order_of_what_comes_after_a_payment_does_not_matter(play: Play, story: str) -> None:
    ordered = play(TRUE_STORIES[story])
    assert ordered["differs from the log"] == []
    assert ordered["payments"] == 1 and (ordered["refunds"] or ordered["disputes"])
    for seed in range(SHUFFLES):
        assert play(TRUE_STORIES[story], random.Random(seed)) == ordered, f"seed {seed}"
