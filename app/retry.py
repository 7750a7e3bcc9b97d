"""When what has failed is tried again, and how often: a delivery, a mail, a message to the chat."""

import random

import msgspec


class RetryPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """Exponential backoff with full jitter: a random share of ``first * 2**tries`` seconds, at the
    most ``cap``; dead after ``most`` tries. (M. Brooker, "Exponential Backoff and Jitter", AWS
    Architecture Blog, 2015.)"""

    first: float
    cap: float
    most: int

    def delay(self, tries: int) -> float:
        """Seconds to wait after ``tries`` earlier failures; never under a tenth of the bound."""
        bound = min(self.cap, self.first * 2.0 ** min(tries, 32))
        return random.uniform(bound / 10, bound)
