"""Deleting a draft at its writer's wish, after asking once more."""

from flask import Blueprint, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.applications.draft_end import discard_draft, lock_unsent
from app.applications.pages import DRAFT_COOKIE, current_draft
from app.database import db

deletion = Blueprint("deletion", __name__)


@deletion.get("/apply/delete")
def ask() -> ResponseReturnValue:
    """Ask whether this browser's draft is to be deleted."""
    draft = current_draft()
    if draft is None or draft.submitted_at:
        return redirect(url_for("applications.start"), 303)
    return render_template("applications/delete.html")


@deletion.post("/apply/delete")
def delete() -> ResponseReturnValue:
    """Delete the draft, and have the browser forget what it kept of it."""
    draft = current_draft()
    unsent = lock_unsent(db.session(), draft) if draft else None
    if unsent:
        discard_draft(db.session(), unsent, because="by_prospect")
        flash(gettext("What you entered is deleted."))
    db.session.commit()
    session.pop(DRAFT_COOKIE, None)
    forgetting = redirect(url_for("applications.start"), 303)
    forgetting.headers["Clear-Site-Data"] = '"cache", "storage"'
    return forgetting
