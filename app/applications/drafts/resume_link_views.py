"""/apply/link mails the link back into a draft; /apply/resume is where it leads.

Whoever opens a link may not be the person who began the draft, and could type into it unawares. So
the page says whose it is, and asks first if this browser holds another draft that could be lost.
"""

from functools import partial

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.exceptions import TooManyRequests

from app.applications.drafts.browser_draft import current_draft, current_draft_id, remember
from app.applications.drafts.kept_draft import KeptDraft
from app.applications.drafts.pages import open_step, show_sealed
from app.applications.drafts.resume_link import (
    NoAddress,
    TooManyLinks,
    address_of,
    find_draft_by_link,
    has_address,
    is_link_mailed,
    request_resume_link,
)
from app.applications.drafts.service import DraftSealed, NotThisDraft
from app.applications.questions.questionnaire import STEP_KEYS, current_questionnaire
from app.extensions import counted_as, limiter
from app.platform.database import db, plain_connection
from app.platform.settings import current_config

LINKS_FROM_NETWORK = "5 per hour"
LINKS_TO_ADDRESS = "3 per hour"
# autosave.js reads this fragment as: drop the unsent answers kept in this browser, the link wins.
RESUMED = "resumed"


class NothingBehindLink(Exception):
    """The link opens no form: it never did, or the form was deleted."""


resume_link = Blueprint("resume_link", __name__, template_folder="templates")


@resume_link.post("/apply/link")
@limiter.limit(LINKS_FROM_NETWORK)
def send() -> ResponseReturnValue:
    """Mail the link back into the draft."""
    draft = current_draft()
    if draft is None:
        return redirect(url_for("application_form.start"), 303)
    if draft.submitted_at:
        raise DraftSealed(draft.id)
    try:
        email = address_of(draft)
        with limiter.limit(LINKS_TO_ADDRESS, key_func=partial(counted_as, email.lower())):
            request_resume_link(db.session(), draft)
        db.session.commit()
        flash(gettext("A link back to this form is on its way to %(email)s.", email=email))
    except NoAddress:
        flash(
            gettext(
                "No link has been sent: first finish “%(title)s”, which asks for your email"
                " address. What you entered is kept.",
                title=current_questionnaire().steps[0].title,
            )
        )
    return redirect(way_back(draft), 303)


@resume_link.get("/apply/resume/<token>")
def ask(token: str) -> ResponseReturnValue:
    """Go on with the draft that the link names, after asking if this browser holds another."""
    own, draft = current_draft(), load(token)
    if own and own.id != draft.id and own.answers and not own.submitted_at:
        return render_template(
            "applications/resume.html",
            owner=owner_of(draft),
            own_step=open_step(own),
            has_address=has_address(own),
            link_mailed=is_link_mailed(db.session(), own),
            token=token,
        )
    return go_on(draft)


@resume_link.post("/apply/resume/<token>")
def take(token: str) -> ResponseReturnValue:
    """Go on with the link's draft, whatever this browser holds."""
    return go_on(load(token))


@resume_link.errorhandler(TooManyLinks)
@resume_link.errorhandler(TooManyRequests)
def answer_too_many(_: Exception) -> ResponseReturnValue:
    """Say that no link was sent; the form and the links mailed earlier stay valid."""
    db.session.rollback()
    flash(
        gettext(
            "Several links were sent in the last hour, so none was sent now. Look for an earlier"
            " email, in your junk folder too, or wait an hour."
        )
    )
    draft = current_draft()
    if draft is None:
        return redirect(url_for("application_form.start"), 303)
    return redirect(way_back(draft), 303)


@resume_link.errorhandler(NotThisDraft)
def answer_gone(_: NotThisDraft) -> ResponseReturnValue:
    db.session.rollback()
    return redirect(url_for("application_form.start"), 303)


@resume_link.errorhandler(NothingBehindLink)
def answer_nothing(_: NothingBehindLink) -> ResponseReturnValue:
    """Say what may have happened to the form; the site can't know whether there ever was one."""
    days = current_config().DRAFT_DAYS
    return render_template("applications/no_form.html", kept_days=days), 404


@resume_link.errorhandler(DraftSealed)
def answer_sealed(_: DraftSealed) -> ResponseReturnValue:
    """A link into a draft does not open the application; the page says where to find that."""
    return show_sealed()


def way_back(draft: KeptDraft) -> str:
    """The page whose button was pressed, or else the first unfinished step."""
    place = request.args.get("pressed_on")
    if place == "start-over":
        return url_for("starting_over.ask")
    if place == "resume" and (other := request.args.get("other")):
        return url_for(".ask", token=other)
    key = place if place in STEP_KEYS else open_step(draft).key
    back = "yes" if "back_to_review" in request.args else None
    return url_for("application_form.step", key=key, back_to_review=back)


def load(token: str) -> KeptDraft:
    """The link's draft. Raises NothingBehindLink and DraftSealed."""
    with plain_connection() as connection:
        draft = find_draft_by_link(connection, token)
    if draft is None:
        raise NothingBehindLink
    if draft.submitted_at:
        raise DraftSealed(draft.id)
    return draft


def go_on(draft: KeptDraft) -> ResponseReturnValue:
    """Redirect to the first unfinished step; a browser that did not hold the draft before is told
    whose it is."""
    if draft.id != current_draft_id():
        flash(
            gettext(
                "This form belongs to %(owner)s. If that is not you, enter nothing here: its owner"
                " can read it.",
                owner=owner_of(draft),
            )
        )
    remember(draft.id)
    step = open_step(draft)
    return redirect(url_for("application_form.step", key=step.key, _anchor=RESUMED), 303)


def owner_of(draft: KeptDraft) -> str:
    """The owner's address, shortened so that only they recognise it: "a…@client.example"."""
    try:
        name, _, domain = address_of(draft).rpartition("@")
    except NoAddress:
        return gettext("somebody who gave no address")
    return f"{name[:1]}…@{domain}"
