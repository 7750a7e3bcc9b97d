"""How often signing in may be tried, and what the tries are counted by.

Whoever knows an address can use up what is counted by it. So a tight limit counts the tries for it
from one network; all of them together may be many; and those from a browser in which its owner has
signed in before are counted apart, so that nobody elsewhere keeps them out.
"""

import secrets

from flask import current_app, request, url_for
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from app.extensions import counted_as, limiter
from app.network import present_network
from app.settings import current_config

FROM_NETWORK = "10 per minute"
FOR_EMAIL_FROM_NETWORK = "5 per 15 minutes"
FOR_EMAIL = "100 per 15 minutes"
KNOWN_BROWSER = "known_browser"
KNOWN_SECONDS = 180 * 24 * 3600


def email_tried() -> str:
    """What stands for the address that is tried."""
    return counted_as(request.form.get("email", "").strip().lower())


def email_from_network() -> str:
    """What the tries for one address from this network are counted under."""
    return f"{email_tried()} {present_network()}"


def email_from_anywhere() -> str:
    """What all tries for one address are counted under, but for those from a browser that knows its
    owner."""
    return f"{email_tried()} {_mark_of_known_browser()}"


def forget_tries() -> None:
    """A success clears the failures that were counted for the address in this network before it."""
    for counted in limiter.current_limits:
        if email_from_network() in counted.request_args:
            limiter.limiter.clear(counted.limit, *counted.request_args)


def know_browser(response: Response, email: str) -> None:
    """Have this browser say from now on that the owner of the address has signed in there."""
    response.set_cookie(
        KNOWN_BROWSER,
        _signer().dumps([counted_as(email), secrets.token_hex(8)]),
        max_age=KNOWN_SECONDS,
        path=url_for("accounts.login"),
        secure=current_config().is_https,
        httponly=True,
        samesite="Lax",
    )


def _mark_of_known_browser() -> str:
    """A browser's own mark; none where the owner of this address has not signed in before."""
    try:
        signed = request.cookies.get(KNOWN_BROWSER, "")
        known, mark = _signer().loads(signed, max_age=KNOWN_SECONDS)
    except BadSignature:
        return ""
    return str(mark) if known == email_tried() else ""


def _signer() -> URLSafeTimedSerializer:
    """It signs with the last of the secrets, and knows what the one before has signed."""
    in_turn = [*current_app.config["SECRET_KEY_FALLBACKS"], current_app.config["SECRET_KEY"]]
    return URLSafeTimedSerializer(in_turn, salt=KNOWN_BROWSER)
