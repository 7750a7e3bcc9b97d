"""The limits on requests, as a test resets them."""

from contextlib import suppress

from redis.exceptions import ConnectionError as Unreachable
from redis.exceptions import TimeoutError as TooSlow

from app.extensions import limiter
from tests.site import eventually


def reset_limits() -> None:
    """Forget what was counted. The site gives Redis a tenth of a second to answer, which on a busy
    machine may be too little."""

    def reset() -> bool:
        with suppress(Unreachable, TooSlow):
            limiter.reset()
            return True
        return False

    eventually(reset)
