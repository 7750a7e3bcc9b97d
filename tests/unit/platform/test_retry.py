"""How long a failed attempt waits for the next."""

from hypothesis import given
from hypothesis import strategies as st

from app.platform.retry import RetryPolicy


@given(base=st.floats(0.01, 60), cap=st.floats(0.01, 3600), tries=st.integers(0, 10_000))
def test_a_wait_is_random_within_a_bound_that_doubles_up_to_the_cap(
    base: float, cap: float, tries: int
) -> None:
    bound = min(cap, base * 2.0 ** min(tries, 32))
    delay = RetryPolicy(base=base, cap=cap, max_attempts=8).delay(tries)
    assert bound / 10 <= delay <= bound <= cap
