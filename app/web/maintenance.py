"""Maintenance: with MAINTENANCE set, public pages answer 503, while staff and operator work on."""

from typing import Final

from flask import Flask, request
from flask_babel import lazy_gettext
from werkzeug.exceptions import ServiceUnavailable

from config import Config

RETRY_AFTER_SECONDS: Final = 300
OPEN: Final = ("/staff/", "/assets/", "/healthz", "/readyz", "/metrics")


class UnderMaintenance(ServiceUnavailable):
    """A 503 on purpose. Its page says so, and keeps what was typed."""

    page = (
        lazy_gettext("We are working on the site"),
        lazy_gettext("It will be back in a few minutes. What you sent before is safe."),
        lazy_gettext("Wait a little, then send this again or reload the page."),
    )


def init_maintenance(app: Flask, config: Config) -> None:
    if config.MAINTENANCE:
        app.before_request(refuse_public_pages)


def refuse_public_pages() -> None:
    """Raise UnderMaintenance for a public page."""
    if not request.path.startswith(OPEN):
        raise UnderMaintenance(retry_after=RETRY_AFTER_SECONDS)
