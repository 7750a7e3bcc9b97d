"""/applications/<token>/messages: the prospect writes to us and sees what we write."""

import uuid

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from werkzeug.exceptions import TooManyRequests

from app.applications.erasure import AlreadyErased
from app.applications.pages import open_application
from app.extensions import counted_as, csrf, limiter
from app.messages.forms import MessageForm
from app.messages.service import MOST_FROM_PROSPECT, TooManyMessages, write_as_prospect
from app.platform.database import db
from app.portal.pages import keep_private, progress_of, show_page

MESSAGES = "30 per hour"
TOO_MANY = lazy_gettext(
    "That was a lot for one hour. Your text is kept; wait a few minutes, then send it."
)
NO_MORE = lazy_gettext(
    "You have written %(most)s messages here, the most that one application can have. Your text is"
    " kept: send it to us by email.",
    most=MOST_FROM_PROSPECT,
)

own_messages = Blueprint("own_messages", __name__, template_folder="templates")
own_messages.after_request(keep_private)


@own_messages.post("/applications/<token>/messages")
@csrf.exempt  # the form checks the token itself, so that an expired one keeps what was typed
def write(token: str) -> ResponseReturnValue:
    """Write to the staff. A double click sends one message."""
    application = open_application(token)
    form = MessageForm()
    if not form.validate():
        return show_page(application, message_form=form), form.refusal
    try:
        take(application.id, form)
    except TooManyRequests:
        form.text.errors = [TOO_MANY]
        return show_page(application, message_form=form), 429
    except TooManyMessages:
        db.session.rollback()
        form.text.errors = [NO_MORE]
        return show_page(application, message_form=form), 422
    flash(gettext("Your message is with us."))
    return redirect(url_for("portal.status", token=token), 303)


@own_messages.get("/applications/<token>/messages")
def reopen(token: str) -> ResponseReturnValue:
    """Redirect whoever opens the address of the POST, for example after a reload."""
    return redirect(url_for("portal.status", token=token), 303)


@own_messages.get("/applications/<token>/messages/new")
def new(token: str) -> ResponseReturnValue:
    """What was written since the page was opened, which the page polls for; 204 if nothing was."""
    application = open_application(token)
    now = progress_of(application)
    seen = request.args.get("seen", 0, type=int)
    if not (unseen := now.thread.entries[max(seen, 0) :]):
        return "", 204
    is_outdated = request.args.get("version") != str(application.version)
    return render_template(
        "portal/_new_messages.html", **now._asdict(), unseen=unseen, is_outdated=is_outdated
    )


def link_used() -> str:
    """The key under which messages by one link are counted."""
    return counted_as((request.view_args or {})["token"])


@limiter.limit(MESSAGES)
@limiter.limit(MESSAGES, key_func=link_used)
def take(application_id: uuid.UUID, form: MessageForm) -> None:
    """Store the message in a valid form. Raises TooManyMessages, and TooManyRequests for too many
    within an hour from one address or by one link."""
    text, form_id = form.text.data or "", form.form_id.data or ""
    try:
        write_as_prospect(db.session(), application_id, text, form_id=form_id)
        db.session.commit()
    except AlreadyErased:
        db.session.rollback()
        abort(410)
