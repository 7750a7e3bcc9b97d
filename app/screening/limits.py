"""How many applications come from one internet address or under one email address within a day.

They are counted in Redis, or in memory while it is away. Whoever is above a limit is refused
nothing; it is a signal.
"""

import hmac
from collections.abc import Callable

from flask import current_app, g
from flask_limiter import RateLimitExceeded

from app.extensions import limiter
from app.screening.rules import SignalName
from config import Config


def _config() -> Config:
    config: Config = current_app.config["SITE"]
    return config


def _email_key() -> str:
    return f"email:{g.email_key}"


@limiter.limit(
    lambda: f"{_config().HOLD_ABOVE_PER_ADDRESS} per day",
    exempt_when=lambda: not _config().HOLD_ABOVE_PER_ADDRESS,
)
def count_address() -> None:
    """Raises RateLimitExceeded above the limit of the request's internet address."""


@limiter.limit(
    lambda: f"{_config().HOLD_ABOVE_PER_EMAIL} per day",
    key_func=_email_key,
    exempt_when=lambda: not _config().HOLD_ABOVE_PER_EMAIL,
)
def count_email() -> None:
    """The same for the email address under `_email_key`."""


COUNTED: tuple[tuple[Callable[[], None], SignalName], ...] = (
    (count_address, "many_from_address"),
    (count_email, "many_by_email"),
)


def count_submission(email: str) -> list[SignalName]:
    """Count this request's submission; return the signals of the limits that it is above."""
    # Redis holds nothing that says who it is, and nothing to be guessed from a list of addresses.
    secret = _config().SECRET_KEY.encode()
    g.email_key = hmac.new(secret, email.casefold().encode(), "sha256").hexdigest()
    above: list[SignalName] = []
    for count, signal in COUNTED:
        try:
            count()
        except RateLimitExceeded:
            above.append(signal)
    return above
