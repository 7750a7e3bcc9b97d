"""A payment attempt moves in one direction only."""

import random

from hypothesis import given
from hypothesis import strategies as st

from app.payments.attempts import RANK, advance
from app.payments.models import CheckoutAttempt

moves = st.lists(st.sampled_from(sorted(RANK)), max_size=12)


@given(reports=moves, order=st.randoms())
def test_neither_the_order_nor_the_repetition_of_reports_matters(
    reports: list[str], order: random.Random
) -> None:
    ordered, shuffled = CheckoutAttempt(status="opening"), CheckoutAttempt(status="opening")
    for status in sorted(reports, key=RANK.__getitem__):
        advance(ordered, status)
    repeated = reports * 2
    order.shuffle(repeated)
    for status in repeated:
        advance(shuffled, status)
    assert shuffled.status == ordered.status


@given(reports=moves)
def test_what_is_paid_stays_paid(reports: list[str]) -> None:
    attempt = CheckoutAttempt(status="complete")
    assert not any(advance(attempt, status) for status in reports)
    assert attempt.status == "complete"
