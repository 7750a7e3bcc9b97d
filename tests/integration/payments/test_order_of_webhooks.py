"""Webhooks shuffled, repeated and mixed with forged ones end as the genuine ones do in order."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from tests.integration.payments.actors import (
    CheckoutEvent,
    Hear,
    Payer,
    Standin,
)
from tests.limits import reset_limits

Story = list[tuple[str, dict[str, Any]]]
Play = Callable[..., dict[str, Any]]

SHUFFLES = 5  # of each story
UNPAID = {"payment_status": "unpaid"}
# What Stripe says about one page, in order.
TRUE_STORIES: list[Story] = [
    [("completed", {})],
    [("completed", UNPAID), ("async_payment_succeeded", {})],
    [("completed", UNPAID), ("async_payment_failed", UNPAID)],
    [("expired", UNPAID)],
]
FALSE: Story = [
    ("completed", {"amount_total": 1}),
    ("completed", {"currency": "eur"}),
    ("completed", {"livemode": True}),
    ("completed", {"metadata": {"deposit_id": "another"}}),
    ("async_payment_succeeded", UNPAID),
    ("created", {}),
]


def end_of(payer: Payer) -> dict[str, Any]:
    deposit = payer.deposit()
    return {
        "deposit": (deposit.status, deposit.method),
        "attempts": [attempt.status for attempt in payer.attempts()],
        "payments": len(payer.payments()),
        "engagement": payer.engagement.status,
    }


@pytest.fixture
def play(
    agree: Callable[[], Payer],
    checkout_event: CheckoutEvent,
    hear: Hear,
    standin: Standin,
) -> Play:
    """Send a new client's webhooks in that order, handling events now and then. Returns the
    outcome."""

    def play(story: Story, shuffle: random.Random | None = None) -> dict[str, Any]:
        payer = agree()
        reset_limits()  # each client has their own address
        payer.press_pay()
        [attempt] = payer.attempts()
        told = [checkout_event(kind, attempt, **changed) for kind, changed in story]
        false = [checkout_event(kind, attempt, **changed) for kind, changed in FALSE]
        hear(told, false, shuffle)
        return end_of(payer)

    return play


@pytest.mark.parametrize("story", TRUE_STORIES, ids=lambda s: "-".join(kind for kind, _ in s))
def test_the_order_of_webhooks_does_not_matter(play: Play, story: Story) -> None:
    ordered = play(story)
    assert ordered["payments"] == (ordered["deposit"] == ("paid", "stripe"))
    for seed in range(SHUFFLES):
        assert play(story, random.Random(seed)) == ordered, f"seed {seed}"
