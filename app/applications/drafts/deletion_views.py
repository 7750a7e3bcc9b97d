"""Deleting a draft at its writer's request, after a confirmation."""

from flask import Blueprint, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.applications.drafts.browser_draft import (
    DRAFT_COOKIE,
    check_page_is_of,
    current_draft,
    forgetting,
)
from app.applications.drafts.end import discard_draft
from app.applications.drafts.service import NotThisDraft, lock_unsent
from app.applications.drafts.suggestion import forget_suggestion
from app.applications.questions.questionnaire import STEP_KEYS
from app.platform.database import db

draft_deletion = Blueprint("draft_deletion", __name__)


@draft_deletion.get("/apply/delete")
def ask() -> ResponseReturnValue:
    """Ask whether to delete this browser's draft."""
    draft = current_draft()
    if draft is None:
        return redirect(url_for("application_form.start"), 303)
    if draft.submitted_at:
        return lead_to_sealed()
    return render_template("applications/delete.html", draft=draft)


@draft_deletion.post("/apply/delete")
def delete() -> ResponseReturnValue:
    """Delete the draft, and make the browser drop its own copy."""
    draft = current_draft()
    if draft:
        check_page_is_of(draft)
    unsent = lock_unsent(db.session(), draft.id) if draft else None
    if unsent:
        discard_draft(db.session(), unsent, because="by_prospect", actor="prospect")
        flash(gettext("What you entered is deleted."))
    db.session.commit()
    if not unsent and current_draft():  # it was sent, and is still there
        return lead_to_sealed()
    session.pop(DRAFT_COOKIE, None)
    forget_suggestion()
    return forgetting(redirect(url_for("application_form.start"), 303))


@draft_deletion.errorhandler(NotThisDraft)
def answer_other(_: NotThisDraft) -> ResponseReturnValue:
    flash(gettext("Nothing was deleted: this browser now has a different form open. This is it."))
    return redirect(url_for(".ask"), 303)


def lead_to_sealed() -> ResponseReturnValue:
    """Redirect to the page that says that the draft has already been sent."""
    return redirect(url_for("application_form.step", key=STEP_KEYS[-1]), 303)
