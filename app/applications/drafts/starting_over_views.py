"""Starting over with empty pages, after a confirmation: only a mailed link leads back to the old
draft, and often none was mailed."""

from flask import Blueprint, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.applications.drafts.browser_draft import DRAFT_COOKIE, check_page_is_of, current_draft
from app.applications.drafts.resume_link import has_address, is_link_mailed
from app.applications.drafts.service import NotThisDraft
from app.applications.questions.questionnaire import STEP_KEYS
from app.platform.database import db
from app.platform.settings import current_config

starting_over = Blueprint("starting_over", __name__)


@starting_over.get("/apply/start-over")
def ask() -> ResponseReturnValue:
    """Ask whether this browser should forget its draft."""
    draft = current_draft()
    if draft is None or not draft.is_under_way:
        return redirect(url_for("application_form.start"), 303)
    return render_template(
        "applications/start_over.html",
        draft=draft,
        has_address=has_address(draft),
        link_mailed=is_link_mailed(db.session(), draft),
        kept_days=current_config().DRAFT_DAYS,
    )


@starting_over.post("/apply/start-over")
def start_over() -> ResponseReturnValue:
    """Forget the draft and begin with the first page. On the server it is kept like any other."""
    draft = current_draft()
    if draft:
        check_page_is_of(draft)
    session.pop(DRAFT_COOKIE, None)
    return redirect(url_for("application_form.step", key=STEP_KEYS[0]), 303)


@starting_over.errorhandler(NotThisDraft)
def answer_other(_: NotThisDraft) -> ResponseReturnValue:
    flash(gettext("Nothing was changed: this browser now has a different form open. This is it."))
    return redirect(url_for(".ask"), 303)
