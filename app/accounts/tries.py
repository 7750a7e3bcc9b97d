"""Limits on the tries to sign in, and the keys by which they are counted.

Whoever knows an address could use up a limit on it. So the tight limit counts the tries for an
address from one network; the limit on all of them together is wide; and tries from a browser in
which the owner has signed in before are counted separately, so that nobody else can lock them out.
"""

import secrets

from flask import current_app, request, url_for
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from app.extensions import counted_as, limiter
from app.platform.network import present_network
from app.platform.settings import current_config

FROM_NETWORK = "10 per minute"
FOR_EMAIL_FROM_NETWORK = "5 per 15 minutes"
FOR_EMAIL = "100 per 15 minutes"
KNOWN_BROWSER = "known_browser"
KNOWN_SECONDS = 180 * 24 * 3600


def email_tried() -> str:
    """The key for the address in the request."""
    return counted_as(request.form.get("email", "").strip().lower())


def email_from_network() -> str:
    """The key for the tries for one address from this network."""
    return f"{email_tried()} {present_network()}"


def email_from_anywhere() -> str:
    """The key for all tries for one address; a browser in which its owner has signed in has its
    own."""
    return f"{email_tried()} {_mark_of_known_browser()}"


def forget_tries() -> None:
    """After a success, clear the failures counted for the address from this network."""
    for counted in limiter.current_limits:
        if email_from_network() in counted.request_args:
            limiter.limiter.clear(counted.limit, *counted.request_args)


def know_browser(response: Response, email: str) -> None:
    """Set a cookie that says that the owner of the address has signed in in this browser."""
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
    """The browser's own mark, or "" if the owner of the tried address has not signed in there."""
    try:
        signed = request.cookies.get(KNOWN_BROWSER, "")
        known, mark = _signer().loads(signed, max_age=KNOWN_SECONDS)
    except BadSignature:
        return ""
    return str(mark) if known == email_tried() else ""


def _signer() -> URLSafeTimedSerializer:
    """It signs with the last of these secrets, and also accepts the earlier ones."""
    in_turn = [*current_app.config["SECRET_KEY_FALLBACKS"], current_app.config["SECRET_KEY"]]
    return URLSafeTimedSerializer(in_turn, salt=KNOWN_BROWSER)
