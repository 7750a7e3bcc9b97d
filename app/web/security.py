"""Response headers, cookies, trusted hosts and limits on the size of a request.

Our own few lines: the extension that used to do this has had no release since 2023.
"""

import hashlib

import structlog
from flask import Flask, Response, request
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import Signer, URLSafeTimedSerializer
from werkzeug.middleware.proxy_fix import ProxyFix

from config import Config

MAX_BODY_BYTES = 256 * 1024
# These are not pages: they frame, send and run nothing that their page does not allow.
PARTS_OF_PAGES = {"text/css", "text/javascript", "font/woff2"}
FOR_PARTS = (
    "X-Content-Type-Options",
    "Cross-Origin-Resource-Policy",
    "Cache-Control",
    "Strict-Transport-Security",
)
# What sessions and forms' tokens are signed with by default, but there in a function of Python's:
# with such a one, hmac does without OpenSSL and takes twice as long.
SHA1 = staticmethod(hashlib.sha1)
log = structlog.get_logger()


class OneSigner(SecureCookieSessionInterface):
    """Flask's sessions, with one signer for all requests instead of a new one for each."""

    digest_method = SHA1

    def __init__(self, app: Flask) -> None:
        self._signer = super().get_signing_serializer(app)

    def get_signing_serializer(self, _: Flask) -> URLSafeTimedSerializer | None:
        return self._signer


def init_security(app: Flask, config: Config) -> None:
    app.config.update(
        SECRET_KEY=config.SECRET_KEY,
        SECRET_KEY_FALLBACKS=[config.SECRET_KEY_BEFORE] if config.SECRET_KEY_BEFORE else [],
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_BODY_BYTES,
        MAX_FORM_PARTS=300,
        TRUSTED_HOSTS=config.trusted_hosts,
        SESSION_COOKIE_NAME="__Host-session" if config.is_https else "session",
        SESSION_COOKIE_SECURE=config.is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        # Saving a step keeps a session alive; looking at a page does not.
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=config.DRAFT_DAYS * 24 * 3600,
        # A token lives as long as its session: a prospect may pause for days.
        WTF_CSRF_TIME_LIMIT=None,
        # Referrer checks break with our Referrer-Policy; the token and SameSite carry the defence.
        WTF_CSRF_SSL_STRICT=False,
    )
    app.session_interface = OneSigner(app)
    Signer.default_digest_method = SHA1
    if hops := config.TRUSTED_PROXIES:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    else:
        warn_of_unknown_proxy(app)
    headers = security_headers(config)

    @app.after_request
    def harden(response: Response) -> Response:
        is_part = response.mimetype in PARTS_OF_PAGES
        given = {name.lower() for name, _ in response.headers}
        for name, value in headers.items():
            if name.lower() not in given and (name in FOR_PARTS or not is_part):
                response.headers.add(name, value)
        return response


def warn_of_unknown_proxy(app: Flask) -> None:
    """Warn once if there is a proxy in front that the settings don't know of: all visitors then
    seem to have one address, and share its limits."""
    is_said = False

    @app.before_request
    def look_for_proxy() -> None:
        nonlocal is_said
        if not is_said and "X-Forwarded-For" in request.headers:
            is_said = True
            log.warning("request.through_unknown_proxy", setting="TRUSTED_PROXIES")


def security_headers(config: Config) -> dict[str, str]:
    """The headers of every page, by name."""
    # A browser applies form-action to the redirect after a POST too, so Stripe's page is named.
    payment_pages = config.STRIPE_API_BASE or "https://checkout.stripe.com"
    policy = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "font-src": "'self'",
        "img-src": "'self'",
        "connect-src": "'self'",
        "form-action": f"'self' {payment_pages}" if config.STRIPE_SECRET_KEY else "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    headers = {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "X-Content-Type-Options": "nosniff",
        # The address of a prospect's page is a secret: no other site may learn it.
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
        "X-Frame-Options": "DENY",
        # Pages are made for one person; those for everybody set their own.
        "Cache-Control": "private, no-cache",
    }
    if config.is_https:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    return headers
