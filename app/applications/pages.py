"""Opening an application by its prospect's link, for the views of several domains."""

from flask import abort

from app.applications.models import Application
from app.applications.queries import find_application_by_token
from app.platform.database import db


def open_application(token: str) -> Application:
    """The link's application; 404 if the link is unknown, 410 if the person was erased."""
    application = find_application_by_token(db.session(), token)
    if application is None:
        abort(404)
    if application.erased_at is not None:
        abort(410)
    return application
