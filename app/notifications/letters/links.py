"""The addresses in letters: absolute, and opening in the letter's language."""

from flask import url_for

from app.applications.models import Application
from app.platform.languages.choice import in_address

CONVERSATION = "conversation"


def link_to(endpoint: str, **values: object) -> str:
    return url_for(endpoint, _external=True, **values, **in_address())  # type: ignore[arg-type]


def status_page(application: Application, *, part: str | None = None) -> str:
    """The address of the prospect's page, or of a part of it."""
    return link_to("portal.status", token=application.access_token, _anchor=part)


def agreement_page(application: Application) -> str:
    """The address of the sheet with what the prospect has agreed to and paid."""
    return link_to("portal.agreement", token=application.access_token)


def desk_page(application: Application, *, part: str | None = None) -> str:
    """The address of the application's page for staff, or of a part of it."""
    return link_to("review.application", application_id=application.id, _anchor=part)
