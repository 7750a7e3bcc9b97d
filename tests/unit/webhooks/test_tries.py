"""When a message is tried again."""

from hypothesis import given
from hypothesis import strategies as st

from app.webhooks.tries import DELAYS, JITTER, MOST_TRIES, delay_after

HOUR = 3600


def test_the_tries_span_more_than_a_day_at_growing_intervals() -> None:
    assert 24 * HOUR < sum(DELAYS) < 36 * HOUR
    assert list(DELAYS) == sorted(DELAYS)


@given(tries=st.integers(min_value=1, max_value=MOST_TRIES - 1))
def test_a_delay_is_the_scheduled_one_give_or_take_a_tenth(tries: int) -> None:
    delay = delay_after(tries)
    assert delay is not None
    assert abs(delay - DELAYS[tries - 1]) <= DELAYS[tries - 1] * JITTER + 1e-6


def test_no_try_follows_the_last_one() -> None:
    assert delay_after(MOST_TRIES) is None
    assert delay_after(MOST_TRIES, asked_for=60) is None


def test_a_server_may_ask_for_more_time_but_not_for_ever() -> None:
    assert delay_after(1, asked_for=120) == 120
    assert delay_after(1, asked_for=10**9) == max(DELAYS)
