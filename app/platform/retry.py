"""When, and how often, what failed is tried again: a delivery, a mail, a chat message."""

import random

import msgspec


class RetryPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """Exponential backoff with full jitter: a random share of ``base * 2**tries`` seconds, capped
    at ``cap``; dead after ``max_attempts`` tries. (M. Brooker, "Exponential Backoff and Jitter",
    AWS Architecture Blog, 2015.)"""

    base: float
    cap: float
    max_attempts: int

    def delay(self, tries: int) -> float:
        """Seconds to wait after ``tries`` earlier failures; at least a tenth of the bound."""
        bound = min(self.cap, self.base * 2.0 ** min(tries, 32))
        return random.uniform(bound / 10, bound)
