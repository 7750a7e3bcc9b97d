"""What the views of several domains open: an application, by the link that its prospect has."""

from flask import abort

from app.applications.models import Application
from app.applications.queries import find_application_by_token
from app.database import db


def open_application(token: str) -> Application:
    """The link's application; 404 for a link that is unknown, 410 for what was erased."""
    application = find_application_by_token(db.session(), token)
    if application is None:
        abort(404)
    if application.erased_at is not None:
        abort(410)
    return application
