"""What staff do with a held application: release it or dismiss it."""

import uuid

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from app.applications.events import ApplicationDismissed, ApplicationReleased
from app.applications.models import Application
from app.applications.service import AlreadyDecided, HoldVerdict
from app.engagements.queries import events_about
from app.platform.database import db
from app.review import service
from app.review.changes import changes_since
from app.review.forms import SettlingForm
from app.review.pages import load_application
from app.review.timeline import entry_of, people_of

CHANGED = "The application has changed since. Look it over once more."

held = Blueprint("held", __name__)


@held.post("/staff/applications/<uuid:application_id>/release")
@login_required
def release(application_id: uuid.UUID) -> ResponseReturnValue:
    """Let the application go on like any other."""
    return settle(
        load_application(application_id),
        ApplicationReleased(),
        "Released. It goes on like any other.",
    )


@held.post("/staff/applications/<uuid:application_id>/dismiss")
@login_required
def dismiss(application_id: uuid.UUID) -> ResponseReturnValue:
    """Close the application without a mail."""
    return settle(
        load_application(application_id),
        ApplicationDismissed(),
        "Dismissed. Nobody was written to.",
    )


def settle(subject: Application, verdict: HoldVerdict, done: str) -> ResponseReturnValue:
    """Record the verdict, or say who did so first."""
    form = SettlingForm()
    seen = form.seen_version if form.validate() else 0
    try:
        service.settle(
            db.session(), subject.id, verdict, seen_version=seen, actor=current_user.actor
        )
        db.session.commit()
        flash(done)
    except AlreadyDecided:
        db.session.rollback()
        flash(who_was_first(subject, verdict, seen) or done)
    return redirect(url_for("review.application", application_id=subject.id), 303)


def who_was_first(subject: Application, verdict: HoldVerdict, seen_version: int) -> str:
    """A sentence on what happened first; "" if it was the same reviewer's own first click."""
    events = events_about(db.session(), subject, None)
    changes = changes_since(events, seen_version) if seen_version else []
    if not changes:
        return CHANGED
    first = changes[0]
    if first.data == verdict and first.metadata.actor == current_user.actor:
        return ""
    entry = entry_of(first, people_of(db.session(), subject))
    return f"Somebody got there first: {entry.title} by {entry.who}."
